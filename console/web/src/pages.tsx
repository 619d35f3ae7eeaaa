import { Alert as Banner, Badge, Card, Empty, Segmented, Space, Table, Tag, Tree, Typography } from 'antd';
import { Suspense, lazy, useMemo, useState } from 'react';
import { newest, seriesId, type Live } from './live';
import type { Alert, AppStatus, Item, SiteStatus } from './types';
import { useWords } from './words';

const Chart = lazy(() => import('./Chart').then((m) => ({ default: m.Chart })));

type Tone = 'success' | 'error' | 'warning' | 'default' | 'processing';

/** Unknown is grey, never green. */
function tone(state?: string): Tone {
  switch (state) {
    case 'Ready':
    case 'Ok':
    case 'Connected':
    case 'Online':
    case 'GOOD':
      return 'success';
    case 'Failed':
    case 'Offline':
    case 'Lost':
    case 'Conflicted':
    case 'Rejected':
    case 'critical':
    case 'BAD':
      return 'error';
    case 'Progressing':
      return 'processing';
    case undefined:
    case 'Absent':
    case 'Pending':
      return 'default';
    default:
      return 'warning';
  }
}

function State(props: { state?: string }) {
  return <Badge status={tone(props.state)} text={props.state ?? '–'} />;
}

export function OverviewPage({ live }: { live: Live }) {
  const { t, time } = useWords();
  const overview = live.overview;
  const sites = overview?.sites ?? [];
  const well = sites.filter((s) => s.status?.state === 'Ready').length;
  const cut = sites.filter((s) => s.status?.link?.state === 'Lost').length;
  const unready = (overview?.apps ?? []).filter((a) => a.status?.state !== 'Ready').length;
  const sentence = [
    sites.length ? t('wellOf', { ok: well, total: sites.length }) : '',
    cut ? t('cutOff', { n: cut }) : '',
    unready ? t('waiting', { n: unready }) : '',
    live.alerts.length ? t('openAlerts', { n: live.alerts.length }) : '',
  ]
    .filter(Boolean)
    .join(' · ');
  const worst = (s: Item<SiteStatus>) => (s.status?.state === 'Ready' ? 1 : 0);
  return (
    <Space direction="vertical" size="middle" style={{ width: '100%' }}>
      <Banner type={cut || unready ? 'warning' : 'success'} showIcon message={<span data-testid="sentence">{sentence || t('allWell')}</span>} />
      <Card title={t('tree')} size="small">
        <Tree
          defaultExpandAll
          selectable={false}
          key={sites.length}
          treeData={[
            {
              key: 'root',
              title: <b>{overview?.name ?? '…'}</b>,
              children: [...sites]
                .sort((a, b) => worst(a) - worst(b) || a.name.localeCompare(b.name))
                .map((s) => ({
                  key: s.name,
                  title: (
                    <Space data-testid={`site-${s.name}`}>
                      <State state={s.status?.state} />
                      <b>{s.name}</b>
                      <Tag>{s.status?.apps?.text ?? '–'}</Tag>
                      <Typography.Text type="secondary">{time(s.status?.link?.since)}</Typography.Text>
                    </Space>
                  ),
                })),
            },
          ]}
        />
      </Card>
      <SitesTable sites={sites} />
      <AppsTable apps={overview?.apps ?? []} />
    </Space>
  );
}

function SitesTable({ sites }: { sites: Item<SiteStatus>[] }) {
  const { t, time } = useWords();
  return (
    <Table
      size="small"
      title={() => t('sites')}
      rowKey="name"
      dataSource={sites}
      pagination={{ pageSize: 50, hideOnSinglePage: true }}
      scroll={{ x: true }}
      locale={{ emptyText: <Empty description={t('noSites')} /> }}
      columns={[
        { title: t('name'), dataIndex: 'name' },
        { title: t('state'), render: (_, s) => <State state={s.status?.state} /> },
        { title: t('link'), render: (_, s) => <State state={s.status?.link?.state} /> },
        { title: t('since'), render: (_, s) => time(s.status?.link?.since) },
        { title: t('lastSeen'), render: (_, s) => time(s.status?.link?.lastSeen) },
        { title: t('apps'), render: (_, s) => s.status?.apps?.text ?? '–' },
        { title: t('version'), render: (_, s) => s.status?.version ?? '–' },
      ]}
    />
  );
}

export function AppsTable({ apps }: { apps: Item<AppStatus>[] }) {
  const { t } = useWords();
  return (
    <Table
      size="small"
      title={() => t('apps')}
      rowKey={(a) => `${a.namespace}/${a.name}`}
      dataSource={apps}
      pagination={{ pageSize: 50, hideOnSinglePage: true }}
      scroll={{ x: true }}
      locale={{ emptyText: <Empty description={t('noApps')} /> }}
      expandable={{
        rowExpandable: (a) => (a.status?.where?.length ?? 0) > 0,
        expandedRowRender: (a) => (
          <Table
            size="small"
            rowKey="site"
            pagination={false}
            dataSource={a.status?.where ?? []}
            columns={[
              { title: t('site'), dataIndex: 'site' },
              { title: t('state'), render: (_, w) => <State state={w.state} /> },
              { title: t('revision'), dataIndex: 'revision' },
              { title: t('message'), dataIndex: 'message' },
            ]}
          />
        ),
      }}
      columns={[
        { title: t('name'), render: (_, a) => `${a.namespace}/${a.name}` },
        { title: t('state'), render: (_, a) => <State state={a.status?.state} /> },
        { title: t('revision'), render: (_, a) => a.status?.revision ?? '–' },
        { title: t('sites'), render: (_, a) => (a.status?.sites ? `${a.status.sites.ok}/${a.status.sites.total}` : '–') },
        { title: t('message'), render: (_, a) => a.status?.message ?? '' },
      ]}
    />
  );
}

export function DevicesPage({ live, dark }: { live: Live; dark: boolean }) {
  const { t, time } = useWords();
  const [chosen, choose] = useState<string>();
  const [minutes, setMinutes] = useState(60);
  const rows = useMemo(
    () => [...live.news.values()].sort((a, b) => seriesId(a.series.key).localeCompare(seriesId(b.series.key))),
    [live.tick, live.news],
  );
  const numeric = rows.filter((r) => r.series.type !== 'STRING');
  const current = live.news.get(chosen ?? '') ?? numeric[0];
  return (
    <Space direction="vertical" size="middle" style={{ width: '100%' }}>
      {current && (
        <Card
          size="small"
          title={seriesId(current.series.key)}
          extra={
            <Segmented
              value={minutes}
              onChange={setMinutes}
              options={[
                { label: t('last15'), value: 15 },
                { label: t('lastHour'), value: 60 },
                { label: t('lastDay'), value: 1440 },
              ]}
            />
          }
        >
          <Suspense fallback={null}>
            <Chart series={current.series} minutes={minutes} news={live.news} tick={live.tick} dark={dark} />
          </Suspense>
        </Card>
      )}
      <Table
        size="small"
        rowKey={(r) => seriesId(r.series.key)}
        dataSource={rows}
        pagination={{ pageSize: 100, hideOnSinglePage: true }}
        scroll={{ x: true }}
        locale={{ emptyText: <Empty description={t('noDevices')} /> }}
        onRow={(r) => ({ onClick: () => choose(seriesId(r.series.key)), style: { cursor: 'pointer' } })}
        columns={[
          { title: t('site'), render: (_, r) => r.series.key.site || t('here') },
          { title: t('devices'), render: (_, r) => r.series.key.device },
          {
            title: t('series'),
            render: (_, r) => (
              <Typography.Link onClick={() => choose(seriesId(r.series.key))}>{r.series.key.property}</Typography.Link>
            ),
          },
          {
            title: t('value'),
            render: (_, r) => {
              const point = newest(r);
              const value = typeof point?.value === 'number' ? point.value.toFixed(2) : String(point?.value ?? '–');
              return <span style={{ fontVariantNumeric: 'tabular-nums' }}>{`${value} ${r.series.unit}`}</span>;
            },
          },
          { title: t('quality'), render: (_, r) => <State state={newest(r)?.quality} /> },
          { title: t('time'), render: (_, r) => time(r.series.newest) },
        ]}
      />
    </Space>
  );
}

export function AlertsPage({ alerts }: { alerts: Alert[] }) {
  const { t, time } = useWords();
  return (
    <Table
      size="small"
      rowKey={(a) => `${a.site}/${a.sequence}`}
      dataSource={alerts}
      pagination={{ pageSize: 50, hideOnSinglePage: true }}
      scroll={{ x: true }}
      locale={{ emptyText: <Empty description={t('noAlerts')} /> }}
      columns={[
        { title: t('time'), render: (_, a) => time(a.time) },
        { title: t('severity'), render: (_, a) => <State state={a.severity} /> },
        { title: t('site'), render: (_, a) => a.site || t('here') },
        { title: t('subject'), dataIndex: 'subject' },
        { title: t('message'), dataIndex: 'message' },
      ]}
    />
  );
}
