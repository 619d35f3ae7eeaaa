import { Empty, Table } from 'antd';
import { State } from './State';
import type { AppStatus, Item, SiteStatus } from './types';
import { useWords } from './words';

/** The sites whose link is lost: what was last heard of them may be wrong by now. */
export function cutSites(sites: Item<SiteStatus>[]): Set<string> {
  return new Set(sites.filter((s) => s.status?.link?.state === 'Lost').map((s) => s.name));
}

/** An App that was well everywhere is unknown while a site of it is out of sight. */
export function appState(app: Item<AppStatus>, cut: Set<string>): string | undefined {
  const state = app.status?.state;
  return state === 'Ready' && app.status?.where?.some((w) => cut.has(w.site)) ? 'Unknown' : state;
}

export function AppsTable({ apps, sites, open = false }: { apps: Item<AppStatus>[]; sites: Item<SiteStatus>[]; open?: boolean }) {
  const { t, time, stateName } = useWords();
  const cut = cutSites(sites);
  const since = (a: Item<AppStatus>) => a.status?.conditions?.find((c) => c.type === 'Ready')?.lastTransitionTime;
  return (
    <Table
      size="small"
      title={() => <b>{t('apps')}</b>}
      key={apps.length}
      rowKey={(a) => `${a.namespace}/${a.name}`}
      dataSource={apps}
      pagination={{ pageSize: 50, hideOnSinglePage: true }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noApps')} /> }}
      expandable={{
        defaultExpandAllRows: open,
        rowExpandable: (a) => (a.status?.where?.length ?? 0) > 0,
        expandedRowRender: (a) => (
          <Table
            size="small"
            rowKey="site"
            pagination={{ pageSize: 50, hideOnSinglePage: true }}
            dataSource={a.status?.where ?? []}
            columns={[
              { title: t('site'), dataIndex: 'site' },
              { title: t('state'), render: (_, w) => <State state={cut.has(w.site) ? 'Unknown' : w.state} /> },
              { title: t('sinceTitle'), render: (_, w) => time(w.since) },
              { title: t('revision'), render: (_, w) => w.revision ?? '–' },
              { title: t('message'), render: (_, w) => (cut.has(w.site) ? t('lastKnown', { what: stateName(w.state) }) : w.message ?? '') },
            ]}
          />
        ),
      }}
      columns={[
        { title: t('name'), render: (_, a) => `${a.namespace}/${a.name}` },
        {
          title: t('state'),
          render: (_, a) => <State state={appState(a, cut)} since={appState(a, cut) === 'Unknown' ? undefined : since(a)} />,
        },
        { title: t('revision'), render: (_, a) => a.status?.revision ?? '–' },
        { title: t('sites'), render: (_, a) => (a.status?.sites ? `${a.status.sites.ok}/${a.status.sites.total}` : '–') },
        // The server's sentence repeats the numbers when all is well.
        { title: t('message'), render: (_, a) => (a.status?.state === 'Ready' ? '' : a.status?.message ?? '') },
      ]}
    />
  );
}
