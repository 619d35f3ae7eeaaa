import { Empty, Table } from 'antd';
import { State } from './State';
import type { AppStatus, Item } from './types';
import { useWords } from './words';

export function AppsTable({ apps, open = false }: { apps: Item<AppStatus>[]; open?: boolean }) {
  const { t, time } = useWords();
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
              { title: t('state'), render: (_, w) => <State state={w.state} /> },
              { title: t('sinceTitle'), render: (_, w) => time(w.since) },
              { title: t('revision'), render: (_, w) => w.revision ?? '–' },
              { title: t('message'), render: (_, w) => w.message ?? '' },
            ]}
          />
        ),
      }}
      columns={[
        { title: t('name'), render: (_, a) => `${a.namespace}/${a.name}` },
        {
          title: t('state'),
          render: (_, a) => <State state={a.status?.state} since={a.status?.conditions?.find((c) => c.type === 'Ready')?.lastTransitionTime} />,
        },
        { title: t('revision'), render: (_, a) => a.status?.revision ?? '–' },
        { title: t('sites'), render: (_, a) => (a.status?.sites ? `${a.status.sites.ok}/${a.status.sites.total}` : '–') },
        // The server's sentence repeats the numbers when all is well.
        { title: t('message'), render: (_, a) => (a.status?.state === 'Ready' ? '' : a.status?.message ?? '') },
      ]}
    />
  );
}
