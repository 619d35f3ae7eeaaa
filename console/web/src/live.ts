import { useEffect, useRef, useState } from 'react';
import type { Alert, News, Overview, Point } from './types';

export function seriesId(key: { site: string; namespace: string; device: string; property: string }): string {
  return [key.site, key.namespace, key.device, key.property].join('/');
}

/** How many events the server tells at most. */
const MOST_ALERTS = 200;

const LOOK_AGAIN = 5_000;
/** So long a series may be silent at its first sight; the clocks of sites are not ours. */
const OLD = 60_000;
const SILENCE = 30_000;

/** When a series was heard, by this page's clock, and how far its readings lie apart. */
interface Heard {
  at: number;
  pace: number;
}

export interface Live {
  overview: Overview | null;
  alerts: Alert[];
  /** There are older events than these. */
  alertsFull: boolean;
  news: Map<string, News>;
  /** Whether a series has told something lately, measured by its own pace. */
  fresh: (id: string) => boolean;
  /** Grows with each arrival of readings, and with time. */
  tick: number;
  stale: boolean;
}

/** The page's one connection. The browser resumes it by itself; meanwhile the page says that it is stale. */
export function useLive(loggedIn: boolean, onRefused: () => void): Live {
  const [overview, setOverview] = useState<Overview | null>(null);
  const [alerts, setAlerts] = useState<Alert[]>([]);
  const [tick, setTick] = useState(0);
  const [stale, setStale] = useState(false);
  const news = useRef(new Map<string, News>());
  const heard = useRef(new Map<string, Heard>());

  useEffect(() => {
    if (!loggedIn) return;
    const source = new EventSource('/api/live');
    source.addEventListener('overview', (e) => setOverview(JSON.parse((e as MessageEvent<string>).data) as Overview));
    source.addEventListener('alerts', (e) => setAlerts(JSON.parse((e as MessageEvent<string>).data) as Alert[]));
    source.addEventListener('readings', (e) => {
      for (const item of JSON.parse((e as MessageEvent<string>).data) as News[]) {
        const id = seriesId(item.series.key);
        heard.current.set(id, hear(heard.current.get(id), news.current.get(id), item));
        news.current.set(id, item);
      }
      setTick((n) => n + 1);
    });
    source.onopen = () => setStale(false);
    source.onerror = () => {
      setStale(true);
      if (source.readyState === EventSource.CLOSED) void fetch('/api/overview').then((r) => r.status === 401 && onRefused());
    };
    const clock = setInterval(() => setTick((n) => n + 1), LOOK_AGAIN);
    return () => {
      clearInterval(clock);
      source.close();
    };
  }, [loggedIn, onRefused]);

  const fresh = (id: string) => {
    const last = heard.current.get(id);
    return last !== undefined && Date.now() - last.at <= Math.max(SILENCE, 3 * last.pace);
  };
  return { overview, alerts, alertsFull: alerts.length >= MOST_ALERTS, news: news.current, fresh, tick, stale };
}

function hear(before: Heard | undefined, old: News | undefined, item: News): Heard {
  const now = Date.now();
  const newest = Date.parse(item.series.newest);
  if (!before || !old) return { at: now - newest < OLD ? now : -Infinity, pace: 0 };
  // After a broken line the server tells all series once more.
  if (old.series.sequence === item.series.sequence) return before;
  return { at: now, pace: newest - Date.parse(old.series.newest) };
}

export function newest(item: News): Point | undefined {
  return item.points[item.points.length - 1];
}
