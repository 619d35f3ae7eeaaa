import { useEffect, useRef, useState } from 'react';
import type { Alert, News, Overview, Point } from './types';

export function seriesId(key: { site: string; namespace: string; device: string; property: string }): string {
  return [key.site, key.namespace, key.device, key.property].join('/');
}

/** How many events the server tells at most. */
const MOST_ALERTS = 200;

export interface Live {
  overview: Overview | null;
  alerts: Alert[];
  /** There are older events than these. */
  alertsFull: boolean;
  news: Map<string, News>;
  /** Grows with each arrival of readings. */
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

  useEffect(() => {
    if (!loggedIn) return;
    const source = new EventSource('/api/live');
    source.addEventListener('overview', (e) => setOverview(JSON.parse((e as MessageEvent<string>).data) as Overview));
    source.addEventListener('alerts', (e) => setAlerts(JSON.parse((e as MessageEvent<string>).data) as Alert[]));
    source.addEventListener('readings', (e) => {
      for (const item of JSON.parse((e as MessageEvent<string>).data) as News[]) news.current.set(seriesId(item.series.key), item);
      setTick((n) => n + 1);
    });
    source.onopen = () => setStale(false);
    source.onerror = () => {
      setStale(true);
      if (source.readyState === EventSource.CLOSED) void fetch('/api/overview').then((r) => r.status === 401 && onRefused());
    };
    return () => source.close();
  }, [loggedIn, onRefused]);

  return { overview, alerts, alertsFull: alerts.length >= MOST_ALERTS, news: news.current, tick, stale };
}

export function newest(item: News): Point | undefined {
  return item.points[item.points.length - 1];
}
