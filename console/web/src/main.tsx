import { Alert as Banner, Button, Card, ConfigProvider, Form, Input, Layout, Menu, Segmented, Space, Typography, theme } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { StrictMode, useCallback, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter, Navigate, Route, Routes, useLocation, useNavigate } from 'react-router-dom';
import { useLive } from './live';
import { AlertsPage, AppsTable, DevicesPage, OverviewPage } from './pages';
import { LanguageContext, say, useWords, type Language } from './words';

function Login({ onDone }: { onDone: () => void }) {
  const { t } = useWords();
  const [fault, setFault] = useState('');
  const submit = async (values: { user: string; password: string }) => {
    const answer = await fetch('/api/login', { method: 'POST', body: JSON.stringify(values) });
    if (answer.ok) onDone();
    else setFault(((await answer.json()) as { error: string }).error);
  };
  return (
    <main style={{ display: 'grid', placeItems: 'center', minHeight: '100vh' }}>
      <Card title={<h1 style={{ fontSize: 20, margin: 0 }}>Skerry</h1>} style={{ width: 360 }}>
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

function Shell(props: { dark: boolean; setDark: (d: boolean) => void; setLanguage: (l: Language) => void; onOut: () => void }) {
  const { t, language } = useWords();
  const live = useLive(true, props.onOut);
  const go = useNavigate();
  const place = useLocation().pathname;
  const out = async () => {
    await fetch('/api/logout', { method: 'POST' });
    props.onOut();
  };
  return (
    <Layout style={{ minHeight: '100vh' }}>
      <Layout.Header style={{ display: 'flex', alignItems: 'center', gap: 16, paddingInline: 16, background: 'transparent' }}>
        <Typography.Text strong>{live.overview?.name ?? 'Skerry'}</Typography.Text>
        <Menu
          mode="horizontal"
          style={{ flex: 1, minWidth: 0, background: 'transparent' }}
          selectedKeys={[place]}
          onClick={(e) => void go(e.key)}
          items={[
            { key: '/', label: t('overview') },
            { key: '/apps', label: t('apps') },
            { key: '/devices', label: t('devices') },
            { key: '/alerts', label: t('alerts') },
          ]}
        />
        <Space>
          <Segmented value={language} onChange={(l) => props.setLanguage(l as Language)} options={[{ label: 'EN', value: 'en' }, { label: '中文', value: 'zh' }]} />
          <Button onClick={() => props.setDark(!props.dark)}>{props.dark ? t('light') : t('dark')}</Button>
          <Button onClick={() => void out()}>{t('signOut')}</Button>
        </Space>
      </Layout.Header>
      <Layout.Content style={{ padding: 16 }}>
        {live.stale && <Banner type="warning" showIcon message={t('stale')} style={{ marginBottom: 16 }} />}
        <Routes>
          <Route path="/" element={<OverviewPage live={live} />} />
          <Route path="/apps" element={<AppsTable apps={live.overview?.apps ?? []} />} />
          <Route path="/devices" element={<DevicesPage live={live} dark={props.dark} />} />
          <Route path="/alerts" element={<AlertsPage alerts={live.alerts} />} />
          <Route path="*" element={<Navigate to="/" />} />
        </Routes>
      </Layout.Content>
    </Layout>
  );
}

function remembered(key: string, otherwise: string): string {
  return localStorage.getItem(key) ?? otherwise;
}

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
    document.title = `Skerry · ${say(language, 'overview')}`;
  }, [language]);
  useEffect(() => localStorage.setItem('theme', dark ? 'dark' : 'light'), [dark]);

  return (
    <LanguageContext.Provider value={language}>
      <ConfigProvider
        locale={language === 'zh' ? zhCN : enUS}
        theme={{ algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm, token: { colorPrimary: '#0b6e99', borderRadius: 4 } }}
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
