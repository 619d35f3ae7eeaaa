import { Alert as Banner, Button, Card, ConfigProvider, Form, Input, Layout, Menu, Segmented, Space, Typography, theme } from 'antd';
import 'antd/dist/reset.css';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { StrictMode, useCallback, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter, Navigate, Route, Routes, useLocation, useNavigate } from 'react-router-dom';
import { useLive } from './live';
import { AlertsPage } from './AlertsPage';
import { AppsTable } from './AppsPage';
import { DevicesPage } from './DevicesPage';
import { OverviewPage } from './OverviewPage';
import { useNarrow } from './State';
import { LanguageContext, useWords, type Language } from './words';

function Login({ onDone }: { onDone: () => void }) {
  const { t } = useWords();
  const [fault, setFault] = useState('');
  const submit = async (values: { user: string; password: string }) => {
    const answer = await fetch('/api/login', { method: 'POST', body: JSON.stringify(values) }).catch(() => undefined);
    if (answer?.ok) onDone();
    else if (!answer) setFault(t('noAnswer'));
    else if (answer.status === 429) setFault(t('lockedOut', { n: answer.headers.get('Retry-After') ?? '?' }));
    else setFault(answer.status === 401 ? t('wrongPassword') : ((await answer.json()) as { error: string }).error);
  };
  return (
    <main style={{ display: 'grid', placeItems: 'center', minHeight: '100vh' }}>
      <Card title={<h1 style={{ fontSize: 20, margin: 0 }}>Skerry</h1>} style={{ width: 360, maxWidth: '94vw' }}>
        <Form layout="vertical" initialValues={{ user: 'admin' }} onFinish={(v: { user: string; password: string }) => void submit(v)}>
          <Form.Item name="user" label={t('user')} rules={[{ required: true }]}>
            <Input autoComplete="username" />
          </Form.Item>
          <Form.Item name="password" label={t('password')} rules={[{ required: true }]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          {fault && <Banner type="error" message={fault} style={{ marginBottom: 16 }} />}
          <Button type="primary" htmlType="submit" block>
            {t('signIn')}
          </Button>
        </Form>
      </Card>
    </main>
  );
}

const PLACES = [
  { key: '/', word: 'overview' },
  { key: '/apps', word: 'apps' },
  { key: '/devices', word: 'devices' },
  { key: '/alerts', word: 'alerts' },
] as const;

function Shell(props: { dark: boolean; setDark: (d: boolean) => void; setLanguage: (l: Language) => void; onOut: () => void }) {
  const { t, language } = useWords();
  const live = useLive(true, props.onOut);
  const go = useNavigate();
  const place = useLocation().pathname;
  const narrow = useNarrow();
  const here = PLACES.find((p) => p.key === place)?.word ?? 'overview';
  useEffect(() => {
    document.title = [t(here), live.overview?.name, 'Skerry'].filter(Boolean).join(' · ');
  }, [here, language, live.overview?.name]);
  const out = async () => {
    await fetch('/api/logout', { method: 'POST' });
    props.onOut();
  };
  const menu = (
    <nav aria-label={t('pages')} style={narrow ? undefined : { flex: 1, minWidth: 0 }}>
      <Menu
        mode="horizontal"
        disabledOverflow
        style={{ background: 'transparent', borderBottom: 0 }}
        selectedKeys={[place]}
        onClick={(e) => void go(e.key)}
        items={PLACES.map((p) => ({ key: p.key, label: t(p.word), style: narrow ? { paddingInline: 12 } : undefined }))}
      />
    </nav>
  );
  return (
    <Layout style={{ minHeight: '100vh' }}>
      <Layout.Header style={{ display: 'flex', alignItems: 'center', gap: 16, paddingInline: 16, background: 'transparent' }}>
        <Typography.Title level={1} style={{ fontSize: 16, margin: 0, flex: narrow ? 1 : undefined }}>
          {live.overview?.name ?? 'Skerry'}
        </Typography.Title>
        {!narrow && menu}
        <Space>
          <Segmented
            aria-label={t('language')}
            value={language}
            onChange={(l) => props.setLanguage(l)}
            options={[{ label: 'EN', value: 'en' as const }, { label: '中文', value: 'zh' as const }]}
          />
          <Button onClick={() => props.setDark(!props.dark)}>{props.dark ? t('light') : t('dark')}</Button>
          <Button onClick={() => void out()}>{t('signOut')}</Button>
        </Space>
      </Layout.Header>
      {narrow && menu}
      <Layout.Content style={{ padding: narrow ? 8 : 16 }}>
        <main>
          {live.stale && <Banner type="warning" showIcon message={t('stale')} style={{ marginBottom: 16 }} />}
          <Routes>
            <Route path="/" element={<OverviewPage live={live} />} />
            <Route path="/apps" element={<AppsTable apps={live.overview?.apps ?? []} sites={live.overview?.sites ?? []} open />} />
            <Route path="/devices" element={<DevicesPage live={live} dark={props.dark} />} />
            <Route path="/alerts" element={<AlertsPage live={live} />} />
            <Route path="*" element={<Navigate to="/" />} />
          </Routes>
        </main>
      </Layout.Content>
    </Layout>
  );
}

function remembered(key: string, otherwise: string): string {
  return localStorage.getItem(key) ?? otherwise;
}

// Light enough or dark enough to be read on their ground (WCAG AA).
const DAY = { colorPrimary: '#0b6e99', colorInfo: '#0b6e99', colorSuccess: '#1a7f37', colorWarning: '#a35200', colorWarningBg: '#fff8e6', colorWarningBorder: '#e3b866', colorError: '#c4231b', colorTextSecondary: '#57606a', colorTextDescription: '#57606a', colorTextPlaceholder: '#66707a' };
const NIGHT = { colorPrimary: '#3a9cc6', colorInfo: '#3a9cc6', colorSuccess: '#3fb970', colorWarning: '#e0a030', colorError: '#ff7069', colorTextSecondary: '#a6b0ba', colorTextDescription: '#a6b0ba', colorTextPlaceholder: '#98a2ac' };

function Root() {
  const [language, setLanguage] = useState<Language>(
    remembered('language', navigator.language.startsWith('zh') ? 'zh' : 'en') === 'zh' ? 'zh' : 'en',
  );
  const [dark, setDark] = useState(remembered('theme', 'light') === 'dark');
  const [loggedIn, setLoggedIn] = useState<boolean>();
  const onOut = useCallback(() => setLoggedIn(false), []);

  useEffect(() => {
    void fetch('/api/overview').then((r) => setLoggedIn(r.ok));
  }, []);
  useEffect(() => {
    localStorage.setItem('language', language);
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  useEffect(() => localStorage.setItem('theme', dark ? 'dark' : 'light'), [dark]);

  return (
    <LanguageContext.Provider value={language}>
      <ConfigProvider
        locale={language === 'zh' ? zhCN : enUS}
        button={{ autoInsertSpace: false }}
        theme={{ algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm, token: { borderRadius: 4, ...(dark ? NIGHT : DAY) } }}
      >
        {loggedIn === undefined ? null : loggedIn ? (
          <Shell dark={dark} setDark={setDark} setLanguage={setLanguage} onOut={onOut} />
        ) : (
          <Login onDone={() => setLoggedIn(true)} />
        )}
      </ConfigProvider>
    </LanguageContext.Provider>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <BrowserRouter>
      <Root />
    </BrowserRouter>
  </StrictMode>,
);
