import { createContext, useContext } from 'react';

export type Language = 'en' | 'zh';

const words = {
  overview: ['Overview', '总览'],
  sites: ['Sites', '站点'],
  apps: ['Apps', '应用'],
  devices: ['Devices', '设备'],
  alerts: ['Alerts', '告警'],
  signIn: ['Sign in', '登录'],
  signOut: ['Sign out', '退出'],
  user: ['User', '用户'],
  password: ['Password', '密码'],
  site: ['Site', '站点'],
  state: ['State', '状态'],
  link: ['Link', '链路'],
  since: ['Since', '起始时间'],
  lastSeen: ['Last seen', '最近在线'],
  version: ['Version', '版本'],
  name: ['Name', '名称'],
  revision: ['Revision', '修订'],
  message: ['Message', '说明'],
  severity: ['Severity', '级别'],
  time: ['Time', '时间'],
  subject: ['About', '对象'],
  value: ['Value', '值'],
  quality: ['Quality', '质量'],
  series: ['Series', '序列'],
  lastHour: ['Last hour', '最近一小时'],
  last15: ['Last 15 minutes', '最近 15 分钟'],
  lastDay: ['Last day', '最近一天'],
  stale: ['The line to the program is lost; what you see may be old.', '与程序的连接已断开，显示的内容可能已过时。'],
  live: ['Live', '实时'],
  noSites: ['No site has joined yet. Make a token with: skerry token create', '还没有站点加入。用 skerry token create 创建令牌'],
  noApps: ['No App yet. Apply one with: kubectl apply -f app.yaml', '还没有应用。用 kubectl apply -f app.yaml 部署'],
  noDevices: ['No readings yet. Apply a Device with kubectl.', '还没有读数。用 kubectl 部署设备。'],
  noAlerts: ['Nothing needs a person.', '没有需要处理的告警。'],
  allWell: ['All is well.', '一切正常。'],
  here: ['here', '本地'],
  good: ['good', '良好'],
  bad: ['bad', '无效'],
  dark: ['Dark', '深色'],
  light: ['Light', '浅色'],
  tree: ['Tree of sites', '站点树'],
  wellOf: ['{ok} of {total} sites are well', '{total} 个站点中 {ok} 个正常'],
  cutOff: ['{n} cut off', '{n} 个断开'],
  waiting: ['{n} Apps not ready everywhere', '{n} 个应用尚未就绪'],
  openAlerts: ['{n} alerts in the list', '列表中有 {n} 条告警'],
  chart: ['Chart of {series}', '{series} 曲线'],
} as const;

export type Word = keyof typeof words;

export function say(language: Language, word: Word, values: Record<string, string | number> = {}): string {
  const text: string = words[word][language === 'en' ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ''));
}

export const LanguageContext = createContext<Language>('en');

export function useWords() {
  const language = useContext(LanguageContext);
  return {
    language,
    t: (word: Word, values?: Record<string, string | number>) => say(language, word, values),
    time: (text?: string) =>
      text ? new Date(text).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', { hour12: false }) : '–',
  };
}
