/** What the server tells; the shapes of /api/live and /api/downsample. */
export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

export interface Item<S = Record<string, unknown>> {
  namespace: string;
  name: string;
  labels: Record<string, string>;
  spec: Record<string, unknown> | null;
  status: S | null;
}

export interface SiteStatus {
  state?: string;
  conditions?: Condition[];
  version?: string;
  link?: { state?: string; since?: string; lastSeen?: string; roundTrip?: string | null; behind?: number | null };
  apps?: { ok: number; total: number; text?: string };
  children?: { connected: number; total: number };
}

export interface AppStatus {
  state?: string;
  message?: string;
  revision?: number;
  sites?: { total: number; ok: number; progressing: number; failed: number; absent: number };
  conditions?: Condition[];
  where?: { site: string; state: string; revision?: number; since?: string; message?: string }[];
}

export interface DeviceStatus {
  state?: string;
  message?: string;
  plan?: string;
  points?: { good: number; bad: number };
  conditions?: Condition[];
}

export interface Overview {
  name: string;
  sites: Item<SiteStatus>[];
  apps: Item<AppStatus>[];
  devices: Item<DeviceStatus>[];
}

export interface SeriesKey {
  site: string;
  namespace: string;
  device: string;
  property: string;
}

export interface SeriesInfo {
  key: SeriesKey;
  model: string;
  type: 'FLOAT' | 'INTEGER' | 'BOOLEAN' | 'STRING';
  unit: string;
  newest: string;
  sequence: number;
}

export interface Point {
  time: string;
  sequence: number;
  value: number | boolean | string;
  quality: 'GOOD' | 'UNCERTAIN' | 'BAD';
}

export interface News {
  series: SeriesInfo;
  points: Point[];
}

export interface Alert {
  sequence: number;
  time: string;
  kind: string;
  severity: string;
  site: string;
  subject: string;
  message: string;
}

export interface Bucket {
  start: string;
  count: number;
  min: number | string;
  max: number | string;
  mean: number | string;
  anyBad: boolean;
}
