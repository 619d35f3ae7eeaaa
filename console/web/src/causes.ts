import type { Alert } from './types';

/** Events about the same thing at the same place, as one line; the newest event comes first. */
export interface Cause {
  key: string;
  site: string;
  subject: string;
  severity: string;
  events: Alert[];
}

const WORST_FIRST = ['critical', 'warning', 'info'];

export function needsPerson(alert: Alert): boolean {
  return alert.severity !== 'info';
}

/** Worst first, then newest first. The alerts come newest first. */
export function causes(alerts: Alert[]): Cause[] {
  const found = new Map<string, Cause>();
  for (const alert of alerts) {
    const key = JSON.stringify([alert.site, alert.subject, alert.severity]);
    const cause = found.get(key) ?? { key, site: alert.site, subject: alert.subject, severity: alert.severity, events: [] };
    cause.events.push(alert);
    found.set(key, cause);
  }
  const rank = (c: Cause) => WORST_FIRST.indexOf(c.severity);
  const newest = (c: Cause) => c.events[0]?.time ?? '';
  return [...found.values()].sort((a, b) => rank(a) - rank(b) || newest(b).localeCompare(newest(a)));
}
