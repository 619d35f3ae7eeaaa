import { Card, Empty, Segmented, Space, Table, Typography } from 'antd';
import { useState } from 'react';
import { causes, needsPerson, type Cause } from './causes';
import type { Live } from './live';
import { State, useNarrow } from './State';
import { useWords } from './words';

export function AlertsPage({ live }: { live: Live }) {
  const { t } = useWords();
  const [all, setAll] = useState(false);
  const narrow = useNarrow();
  const shown = all ? live.alerts : live.alerts.filter(needsPerson);
  const groups = causes(shown);
  const here = live.overview?.name ?? t('here');
  return (
    <Space direction="vertical" size="middle" style={{ width: '100%' }}>
      <Space wrap>
        <Segmented
          aria-label={t('which')}
          value={all}
          onChange={setAll}
          options={[
            { label: t('needPerson'), value: false },
            { label: t('everything'), value: true },
          ]}
        />
        <Typography.Text type="secondary">{t(live.alertsFull ? 'groupedFull' : 'grouped', { n: shown.length })}</Typography.Text>
      </Space>
      {groups.length === 0 ? (
        <Card>
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noAlerts')} />
        </Card>
      ) : narrow ? (
        groups.map((g) => <CauseCard key={g.key} cause={g} here={here} />)
      ) : (
        <CauseTable groups={groups} here={here} />
      )}
    </Space>
  );
}

function often(t: ReturnType<typeof useWords>['t'], n: number): string {
  return n === 1 ? t('once') : t('times', { n });
}

function CauseTable({ groups, here }: { groups: Cause[]; here: string }) {
  const { t, time } = useWords();
  return (
    <Table
      size="small"
      rowKey="key"
      dataSource={groups}
      pagination={{ pageSize: 50, hideOnSinglePage: true }}
      scroll={{ x: 'max-content' }}
      expandable={{ rowExpandable: (g) => g.events.length > 1, expandedRowRender: (g) => <Events cause={g} /> }}
      columns={[
        { title: t('severity'), render: (_, g) => <State state={g.severity} /> },
        { title: t('site'), render: (_, g) => g.site || here },
        { title: t('message'), render: (_, g) => g.events[0]?.message },
        { title: t('subject'), dataIndex: 'subject' },
        { title: t('count'), align: 'right', render: (_, g) => g.events.length },
        { title: t('firstTime'), render: (_, g) => time(g.events[g.events.length - 1]?.time) },
        { title: t('newestTime'), render: (_, g) => time(g.events[0]?.time) },
      ]}
    />
  );
}

function Events({ cause }: { cause: Cause }) {
  const { t, time } = useWords();
  return (
    <Table
      size="small"
      rowKey="sequence"
      dataSource={cause.events}
      pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
      columns={[
        { title: t('time'), width: 220, render: (_, a) => time(a.time) },
        { title: t('message'), dataIndex: 'message' },
      ]}
    />
  );
}

function CauseCard({ cause, here }: { cause: Cause; here: string }) {
  const { t, time } = useWords();
  return (
    <Card size="small" title={<State state={cause.severity} />} extra={cause.site || here}>
      <Space direction="vertical" size={4}>
        <Typography.Text strong>{cause.events[0]?.message}</Typography.Text>
        <Typography.Text>{cause.subject}</Typography.Text>
        <Typography.Text type="secondary">
          {`${often(t, cause.events.length)} · ${t('newestTime')} ${time(cause.events[0]?.time)}`}
        </Typography.Text>
      </Space>
    </Card>
  );
}
