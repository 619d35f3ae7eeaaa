import { Alert as Banner, Card, Empty, Space, Table, Tag, Tree, Typography } from 'antd';
import { AppsTable, appState, cutSites } from './AppsPage';
import { causes, needsPerson } from './causes';
import type { Live } from './live';
import { State, useNarrow } from './State';
import type { Alert, AppStatus, DeviceStatus, Item, Overview, SiteStatus } from './types';
import { useWords } from './words';

const HOUR = 3_600_000;
const WORST_FIRST = ['Conflicted', 'Offline', 'Degraded', 'Pending', 'Ready'];
/** Which condition holds up which state. */
const REASON: Record<string, string> = { Ready: 'Healthy', Offline: 'Connected', Degraded: 'Healthy' };

export function OverviewPage({ live }: { live: Live }) {
  const overview = live.overview;
  const { t } = useWords();
  if (!overview) return <Banner type="info" showIcon message={t('waitingForData')} />;
  return (
    <Space direction="vertical" size="middle" style={{ width: '100%' }}>
      <Sentence overview={overview} alerts={live.alerts} full={live.alertsFull} />
      {overview.sites.length > 0 && <SiteTree overview={overview} />}
      {overview.devices.length > 0 && <MachinesTable devices={overview.devices} />}
      {(overview.sites.length > 0 || overview.devices.length === 0) && <SitesTable sites={overview.sites} />}
      <AppsTable apps={overview.apps} sites={overview.sites} />
    </Space>
  );
}

/** The one sentence that answers whether everything is all right. */
function Sentence({ overview, alerts, full }: { overview: Overview; alerts: Alert[]; full: boolean }) {
  const { t, time, sentence } = useWords();
  const { sites, apps, devices } = overview;
  const well = sites.filter((s) => s.status?.state === 'Ready').length;
  const cut = sites
    .filter((s) => s.status?.link?.state === 'Lost')
    .sort((a, b) => (a.status?.link?.since ?? '').localeCompare(b.status?.link?.since ?? ''));
  const unseen = sites.filter((s) => !s.status?.state || s.status.state === 'Pending').length;
  const waiting = apps.filter((a) => a.status?.state !== 'Ready').length;
  const hidden = apps.filter((a) => appState(a, cutSites(sites)) === 'Unknown').length;
  const online = devices.filter((d) => d.status?.state === 'Online').length;
  const hour = new Date(Date.now() - HOUR).toISOString();
  const recent = causes(alerts.filter((a) => needsPerson(a) && a.time > hour));
  const critical = recent.filter((c) => c.severity === 'critical').length;
  // When the list is full and reaches back less than an hour, there may be causes that it does not show.
  const partly = full && (alerts[alerts.length - 1]?.time ?? '') > hour;

  const first = cut[0];
  const parts = [
    sites.length ? t('wellOf', { ok: well, total: sites.length }) : '',
    first && cut.length === 1 ? t('cutOffOne', { site: first.name, time: time(first.status?.link?.since) }) : '',
    first && cut.length > 1 ? t('cutOff', { n: cut.length, time: time(first.status?.link?.since) }) : '',
    unseen ? t('neverSeen', { n: unseen }) : '',
    waiting ? t('waiting', { n: waiting }) : '',
    hidden ? t('appsHidden', { n: hidden }) : '',
    apps.length && !waiting && !hidden ? t('appsWell', { n: apps.length }) : '',
    devices.length ? t('devicesOnline', { ok: online, total: devices.length }) : '',
  ].filter(Boolean);
  if (parts.length === 0) parts.push(t('nothingYet'));
  parts.push(recent.length ? t(partly ? 'causesAtLeast' : 'causes', { n: recent.length }) : t('noAlertsLately'));
  if (critical) parts.push(t('causesCritical', { n: critical }));

  const failed = apps.some((a) => a.status?.state === 'Failed');
  const all = well === sites.length && waiting === 0 && online === devices.length && recent.length === 0;
  const some = sites.length + apps.length + devices.length > 0;
  const type = cut.length || failed || critical ? 'error' : !all ? 'warning' : some ? 'success' : 'info';
  return <Banner type={type} showIcon message={<span data-testid="sentence">{sentence(parts)}</span>} />;
}

/** Worst first; a state that this page does not know is not taken for a good one. */
function byState(a: Item<SiteStatus>, b: Item<SiteStatus>): number {
  const rank = (s: Item<SiteStatus>) => WORST_FIRST.indexOf(s.status?.state ?? 'Pending');
  return rank(a) - rank(b) || a.name.localeCompare(b.name);
}

function stateSince(site: Item<SiteStatus>): string | undefined {
  const reason = REASON[site.status?.state ?? ''];
  return site.status?.conditions?.find((c) => c.type === reason)?.lastTransitionTime;
}

function SiteTree({ overview }: { overview: Overview }) {
  const { t, stateName } = useWords();
  const cut = cutSites(overview.sites);
  const dated = (site: string, what: string) => (cut.has(site) ? t('lastKnown', { what }) : what);
  const narrow = useNarrow();
  const placed = new Map<string, { app: Item<AppStatus>; state: string; since?: string; message?: string }[]>();
  for (const app of overview.apps) {
    for (const where of app.status?.where ?? []) placed.set(where.site, [...(placed.get(where.site) ?? []), { app, ...where }]);
  }
  return (
    <Card title={t('tree')} size="small">
      <Tree
        defaultExpandAll
        selectable={false}
        key={`${overview.sites.length}/${overview.apps.length}`}
        treeData={[
          {
            key: 'root',
            title: <b>{overview.name}</b>,
            children: [...overview.sites].sort(byState).map((s) => ({
              key: s.name,
              title: (
                <Space wrap size={narrow ? [12, 0] : [24, 0]} data-testid={`site-${s.name}`}>
                  <b>{s.name}</b>
                  <State state={s.status?.state} />
                  <span>
                    <Typography.Text type="secondary">{t('link')} </Typography.Text>
                    <State state={s.status?.link?.state} since={s.status?.link?.since} />
                  </span>
                  {s.status?.apps && <Typography.Text>{dated(s.name, t('appsOk', { ok: s.status.apps.ok, total: s.status.apps.total }))}</Typography.Text>}
                  {s.status?.children && s.status.children.total > 0 && (
                    <Typography.Text>{dated(s.name, t('childrenUp', { ok: s.status.children.connected, total: s.status.children.total }))}</Typography.Text>
                  )}
                </Space>
              ),
              children: (placed.get(s.name) ?? []).map((p) => ({
                key: `${s.name}/${p.app.namespace}/${p.app.name}`,
                isLeaf: true,
                title: (
                  <Space wrap size={narrow ? [12, 0] : [24, 0]}>
                    <span>{p.app.name}</span>
                    {cut.has(s.name) ? <State /> : <State state={p.state} since={p.since} />}
                    {(p.message || cut.has(s.name)) && (
                      <Typography.Text type="secondary">{cut.has(s.name) ? t('lastKnown', { what: stateName(p.state) }) : p.message}</Typography.Text>
                    )}
                  </Space>
                ),
              })),
            })),
          },
        ]}
      />
    </Card>
  );
}

function SitesTable({ sites }: { sites: Item<SiteStatus>[] }) {
  const { t, time } = useWords();
  return (
    <Table
      size="small"
      title={() => <b>{t('sites')}</b>}
      rowKey="name"
      dataSource={[...sites].sort(byState)}
      pagination={{ pageSize: 50, hideOnSinglePage: true }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noSites')} /> }}
      columns={[
        {
          title: t('name'),
          render: (_, s) => (
            <Space size={8} wrap>
              {s.name}
              {Object.entries(s.labels).filter(([key]) => !key.includes('/')).map(([key, value]) => <Tag key={key} style={{ marginInlineEnd: 0 }}>{`${key}=${value}`}</Tag>)}
            </Space>
          ),
        },
        { title: t('state'), render: (_, s) => <State state={s.status?.state} since={stateSince(s)} /> },
        { title: t('link'), render: (_, s) => <State state={s.status?.link?.state} since={s.status?.link?.since} /> },
        { title: t('lastSeen'), render: (_, s) => time(s.status?.link?.lastSeen) },
        { title: t('roundTrip'), render: (_, s) => s.status?.link?.roundTrip ?? '–' },
        { title: t('apps'), render: (_, s) => s.status?.apps?.text ?? '–' },
        { title: t('version'), render: (_, s) => s.status?.version ?? '–' },
      ]}
    />
  );
}

/** The machines that this place reads itself; those that do not answer first. */
function MachinesTable({ devices }: { devices: Item<DeviceStatus>[] }) {
  const { t } = useWords();
  const online = (d: Item<DeviceStatus>) => Number(d.status?.state === 'Online');
  return (
    <Table
      size="small"
      title={() => <b>{t('devices')}</b>}
      rowKey={(d) => `${d.namespace}/${d.name}`}
      dataSource={[...devices].sort((a, b) => online(a) - online(b) || a.name.localeCompare(b.name))}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      columns={[
        { title: t('name'), render: (_, d) => `${d.namespace}/${d.name}` },
        { title: t('model'), render: (_, d) => String(d.spec?.model ?? '–') },
        {
          title: t('state'),
          render: (_, d) => <State state={d.status?.state} since={d.status?.conditions?.find((c) => c.type === 'Online')?.lastTransitionTime} />,
        },
        { title: t('points'), render: (_, d) => (d.status?.points ? `${d.status.points.good}/${d.status.points.good + d.status.points.bad}` : '–') },
        { title: t('message'), render: (_, d) => d.status?.message ?? '' },
      ]}
    />
  );
}
