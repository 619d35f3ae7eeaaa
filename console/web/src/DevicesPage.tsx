import { Card, Empty, Input, Pagination, Segmented, Space, Typography, theme } from 'antd';
import { Suspense, lazy, useState } from 'react';
import { newest, seriesId, type Live } from './live';
import { State, tone, unit, useNarrow, useTones } from './State';
import type { DeviceStatus, Item, News, Overview } from './types';
import { useWords } from './words';

const Chart = lazy(() => import('./Chart').then((m) => ({ default: m.Chart })));
const PAGE = 60;

/** One machine: its series, and what is known of it besides. */
interface Machine {
  id: string;
  site: string;
  name: string;
  series: News[];
  known?: Item<DeviceStatus>;
}

function machines(live: Live): Machine[] {
  const found = new Map<string, Machine>();
  for (const device of live.overview?.devices ?? []) {
    const id = ['', device.namespace, device.name].join('/');
    found.set(id, { id, site: '', name: device.name, series: [], known: device });
  }
  for (const item of live.news.values()) {
    const key = item.series.key;
    const id = [key.site, key.namespace, key.device].join('/');
    const machine = found.get(id) ?? { id, site: key.site, name: key.device, series: [] };
    machine.series.push(item);
    found.set(id, machine);
  }
  for (const machine of found.values()) machine.series.sort((a, b) => a.series.key.property.localeCompare(b.series.key.property));
  return [...found.values()].sort((a, b) => a.id.localeCompare(b.id));
}

/** The way to a machine's site, if it does not hold: then nothing is known of the machine now. */
function cutSince(overview: Overview | null, site: string): string | undefined {
  const link = overview?.sites.find((s) => s.name === site.split('/')[0])?.status?.link;
  return link?.state === 'Lost' ? link.since : undefined;
}

function worstQuality(series: News[]): string | undefined {
  const all = series.map((s) => newest(s)?.quality);
  return all.find((q) => q === 'BAD') ?? all.find((q) => q === 'UNCERTAIN') ?? all[0];
}

export function DevicesPage({ live, dark }: { live: Live; dark: boolean }) {
  const { t } = useWords();
  const [chosen, choose] = useState<string>();
  const [wanted, want] = useState('');
  const [page, turn] = useState(1);
  const [minutes, setMinutes] = useState(60);
  const all = machines(live);
  const shown = all.filter((m) => `${m.site || (live.overview?.name ?? '')}/${m.name}`.toLowerCase().includes(wanted.trim().toLowerCase()));
  const current = live.news.get(chosen ?? '') ?? all.flatMap((m) => m.series).find((s) => s.series.type === 'FLOAT' || s.series.type === 'INTEGER');
  return (
    <Space direction="vertical" size="middle" style={{ width: '100%' }}>
      {current && <ChartCard current={current} live={live} dark={dark} minutes={minutes} setMinutes={setMinutes} />}
      {all.length > 0 && (
        <Space wrap>
          <Input
            allowClear
            aria-label={t('search')}
            placeholder={t('search')}
            value={wanted}
            onChange={(e) => {
              want(e.target.value);
              turn(1);
            }}
            style={{ width: 260 }}
          />
          <Typography.Text type="secondary">{t('shown', { n: shown.length, total: all.length })}</Typography.Text>
        </Space>
      )}
      {shown.length === 0 ? (
        <Card>
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(all.length === 0 ? 'noDevices' : 'noMatch')} />
        </Card>
      ) : (
        <div style={{ display: 'grid', gap: 12, gridTemplateColumns: 'repeat(auto-fill, minmax(270px, 1fr))' }}>
          {shown.slice((page - 1) * PAGE, page * PAGE).map((m) => (
            <Tile key={m.id} machine={m} live={live} chosen={current && seriesId(current.series.key)} choose={choose} />
          ))}
        </div>
      )}
      <Pagination current={page} onChange={turn} pageSize={PAGE} total={shown.length} hideOnSinglePage showSizeChanger={false} />
    </Space>
  );
}

function ChartCard(props: { current: News; live: Live; dark: boolean; minutes: number; setMinutes: (m: number) => void }) {
  const { current, live, dark, minutes, setMinutes } = props;
  const { t } = useWords();
  const narrow = useNarrow();
  const key = current.series.key;
  const span = (
    <Segmented
      size="small"
      aria-label={t('span')}
      value={minutes}
      onChange={setMinutes}
      options={[
        { label: t('last15'), value: 15 },
        { label: t('lastHour'), value: 60 },
        { label: t('lastDay'), value: 1440 },
      ]}
    />
  );
  return (
    <Card size="small" title={`${key.site || (live.overview?.name ?? t('here'))} / ${key.device} / ${key.property}`} extra={narrow ? undefined : span}>
      {narrow && span}
      <Suspense fallback={<div style={{ height: 300 }} />}>
        <Chart key={seriesId(current.series.key)} series={current.series} minutes={minutes} news={live.news} tick={live.tick} dark={dark} />
      </Suspense>
    </Card>
  );
}

function Tile(props: { machine: Machine; live: Live; chosen?: string; choose: (id: string) => void }) {
  const { machine, live, chosen, choose } = props;
  const { t, time } = useWords();
  const { known, series } = machine;
  const last = series.map((s) => s.series.newest).sort().at(-1);
  const cut = cutSince(live.overview, machine.site);
  const told = (s: News) => !cut && !live.stale && live.fresh(seriesId(s.series.key));
  const state = live.stale || cut ? 'Unknown' : known ? known.status?.state : series.some(told) ? worstQuality(series.filter(told)) : 'Unknown';
  const since = cut ?? known?.status?.conditions?.find((c) => c.type === 'Online')?.lastTransitionTime;
  return (
    <Card size="small" title={`${machine.site || (live.overview?.name ?? t('here'))} / ${machine.name}`} extra={<State state={state} />}>
      {series.map((s) => (
        <Value key={seriesId(s.series.key)} item={s} told={told(s)} chosen={chosen === seriesId(s.series.key)} choose={choose} />
      ))}
      <div style={{ marginTop: 4, fontSize: 12 }}>
        {known?.status?.message && <div>{known.status.message}</div>}
        <Typography.Text type="secondary" style={{ fontSize: 12 }}>
          {[since && (cut ? t('cutSince', { time: time(since) }) : t('since', { time: time(since) })), last && t('lastReading', { time: time(last) })].filter(Boolean).join(' · ')}
        </Typography.Text>
      </div>
    </Card>
  );
}

/** One property with its newest value; choosing it shows its chart, if it is a number. */
function Value(props: { item: News; told: boolean; chosen: boolean; choose: (id: string) => void }) {
  const { item, told, chosen, choose } = props;
  const { t } = useWords();
  const { token } = theme.useToken();
  const tones = useTones();
  const point = newest(item);
  const property = item.series.key.property;
  const kind = told ? tone(point?.quality) : 'unknown';
  return (
    <button
      type="button"
      title={t('chooseSeries', { series: `${item.series.key.device} ${property}` })}
      aria-pressed={chosen}
      disabled={item.series.type === 'STRING'}
      onClick={() => choose(seriesId(item.series.key))}
      style={{
        display: 'flex', width: '100%', justifyContent: 'space-between', padding: '4px 6px', border: 0, borderRadius: 4, font: 'inherit', cursor: 'pointer',
        color: token.colorText, background: chosen ? token.controlItemBgActive : 'transparent',
      }}
    >
      <span>{property}</span>
      <span style={{ fontVariantNumeric: 'tabular-nums', fontWeight: told ? 600 : 400, color: kind === 'good' ? token.colorText : tones[kind] }}>
        {point?.quality === 'BAD' ? <State state="BAD" /> : shownValue(point?.value, item)}
      </span>
    </button>
  );
}

function shownValue(value: number | boolean | string | undefined, item: News): string {
  const text = typeof value === 'number' ? (item.series.type === 'FLOAT' ? value.toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 2 }) : String(value)) : String(value ?? '–');
  return `${text} ${unit(item.series.unit)}`.trim();
}
