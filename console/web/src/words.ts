import { createContext, useContext } from 'react';

export type Language = 'en' | 'zh';

/** English, Chinese. `{n}` is a value; `{n|site|sites}` is the value with the English form that fits it. */
const words = {
  overview: ['Overview', '总览'],
  sites: ['Sites', '站点'],
  apps: ['Apps', '应用'],
  devices: ['Devices', '设备'],
  alerts: ['Alerts', '告警'],
  pages: ['Pages', '页面'],
  signIn: ['Sign in', '登录'],
  signOut: ['Sign out', '退出'],
  user: ['User', '用户'],
  password: ['Password', '密码'],
  wrongPassword: [
    'User or password is wrong (expected: admin and the password that the program printed).',
    '用户或密码错误（应为 admin 和程序启动时给出的密码）。',
  ],
  lockedOut: ['Too many wrong passwords. Try again in {n|second|seconds}.', '密码错误次数过多，请在 {n} 秒后重试。'],
  noAnswer: ['The program does not answer. Is it running?', '程序没有响应。它在运行吗？'],
  site: ['Site', '站点'],
  state: ['State', '状态'],
  link: ['Link', '链路'],
  since: ['since {time}', '自 {time} 起'],
  sinceTitle: ['Since', '起始时间'],
  lastSeen: ['Last seen', '最近在线'],
  roundTrip: ['Round trip', '往返时间'],
  version: ['Version', '版本'],
  name: ['Name', '名称'],
  revision: ['Revision', '修订'],
  message: ['Message', '说明'],
  severity: ['Severity', '级别'],
  time: ['Time', '时间'],
  model: ['Model', '型号'],
  points: ['Points good', '良好的点'],
  count: ['Count', '次数'],
  firstTime: ['First', '首次'],
  newestTime: ['Newest', '最近一次'],
  subject: ['About', '对象'],
  chooseSeries: ['Show the chart of {series}', '显示 {series} 的曲线'],
  lastReading: ['Last reading {time}', '最近读数 {time}'],
  search: ['Search site or device', '搜索站点或设备'],
  shown: ['{n} of {total|device|devices}', '{total} 台设备中的 {n} 台'],
  span: ['Span of time', '时间范围'],
  lastHour: ['1 hour', '1 小时'],
  last15: ['15 minutes', '15 分钟'],
  lastDay: ['1 day', '1 天'],
  least: ['min', '最小'],
  most: ['max', '最大'],
  mean: ['mean', '平均'],
  noHistory: ['No reading in this span of time.', '此时间范围内没有读数。'],
  stale: ['The line to the program is lost; what you see may be old.', '与程序的连接已断开，显示的内容可能已过时。'],
  waitingForData: ['Waiting for the first word of the program.', '正在等待程序的首次应答。'],
  noSites: ['No site has joined yet. Make a token with: skerry token create', '还没有站点加入。用 skerry token create 创建令牌'],
  noApps: ['No App yet. Apply one with: kubectl apply -f app.yaml', '还没有应用。用 kubectl apply -f app.yaml 部署'],
  noDevices: ['No device yet. Apply one with: kubectl apply -f device.yaml', '还没有设备。用 kubectl apply -f device.yaml 部署'],
  noAlerts: ['Nothing needs a person.', '没有需要处理的告警。'],
  noMatch: ['No device matches.', '没有匹配的设备。'],
  nothingYet: ['Nothing is managed here yet', '这里还没有管理任何对象'],
  here: ['here', '本地'],
  dark: ['Dark', '深色'],
  light: ['Light', '浅色'],
  language: ['Language', '语言'],
  tree: ['Tree of sites', '站点树'],
  appsOk: ['{ok} of {total|App|Apps} well', '{total} 个应用中 {ok} 个正常'],
  childrenUp: ['{ok} of {total|site|sites} below connected', '下级 {total} 个站点中 {ok} 个已连接'],
  wellOf: ['{ok} of {total|site is|sites are} well', '{total} 个站点中 {ok} 个正常'],
  cutOffOne: ['{site} is cut off since {time}', '{site} 自 {time} 起断开'],
  cutSince: ['cut off since {time}', '自 {time} 起断开'],
  cutOff: ['{n} are cut off, the first since {time}', '{n} 个断开，最早自 {time} 起'],
  neverSeen: ['{n} not heard of yet', '{n} 个尚未上线'],
  appsWell: ['{n|App is|Apps are} ready everywhere', '{n} 个应用全部就绪'],
  waiting: ['{n|App waits|Apps wait}', '{n} 个应用尚未就绪'],
  appsHidden: ['{n|App is|Apps are} unknown where the link is lost', '{n} 个应用在断开的站点上状态未知'],
  lastKnown: ['last known: {what}', '最后已知：{what}'],
  devicesOnline: ['{ok} of {total|device is|devices are} online', '{total} 台设备中 {ok} 台在线'],
  causes: ['{n|cause|causes} of alerts in the last hour', '最近一小时内有 {n} 种告警'],
  causesAtLeast: ['at least {n|cause|causes} of alerts in the last hour', '最近一小时内至少有 {n} 种告警'],
  causesCritical: ['{n} of them critical', '其中 {n} 种严重'],
  noAlertsLately: ['no alert in the last hour', '最近一小时没有告警'],
  grouped: ['{n|event|events}, grouped by cause, the worst first', '{n} 条事件，按原因分组，最严重的在前'],
  groupedFull: ['The newest {n|event|events}, grouped by cause, the worst first', '最近 {n} 条事件，按原因分组，最严重的在前'],
  times: ['{n} times', '{n} 次'],
  once: ['once', '1 次'],
  needPerson: ['Need a person', '需要处理'],
  everything: ['Everything', '全部'],
  which: ['Which events', '哪些事件'],
  chart: ['Chart of {series}', '{series} 曲线'],
} as const;

/** What the program calls states; one that is not listed is shown as it is. */
const states: Record<string, readonly [string, string]> = {
  Ready: ['Ready', '就绪'],
  Ok: ['Ok', '正常'],
  Connected: ['Connected', '已连接'],
  Online: ['Online', '在线'],
  Running: ['Running', '运行中'],
  Failed: ['Failed', '失败'],
  Offline: ['Offline', '离线'],
  Lost: ['Lost', '断开'],
  Conflicted: ['Conflicted', '冲突'],
  Rejected: ['Rejected', '被拒绝'],
  Degraded: ['Degraded', '降级'],
  Progressing: ['Progressing', '进行中'],
  Waiting: ['Waiting', '等待中'],
  Pending: ['Pending', '待上线'],
  Absent: ['Absent', '无消息'],
  Unknown: ['Unknown', '未知'],
  GOOD: ['Good', '良好'],
  UNCERTAIN: ['Uncertain', '不确定'],
  BAD: ['Bad', '无效'],
  critical: ['Critical', '严重'],
  warning: ['Warning', '警告'],
  info: ['Info', '信息'],
};

export type Word = keyof typeof words;
type Values = Record<string, string | number>;

export function say(language: Language, word: Word, values: Values = {}): string {
  const text: string = words[word][language === 'en' ? 0 : 1];
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, key: string, one?: string, many?: string) => {
    const value = String(values[key] ?? '');
    return one === undefined ? value : `${value} ${value === '1' ? one : many}`;
  });
}

export const LanguageContext = createContext<Language>('en');

/** Today as a time of day, other days with their date. */
function time(language: Language, text?: string | null): string {
  if (!text) return '–';
  const when = new Date(text);
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const clock = when.toLocaleTimeString(locale, { hour12: false });
  if (when.toDateString() === new Date().toDateString()) return clock;
  return `${when.toLocaleDateString(locale, { year: 'numeric', month: 'short', day: 'numeric' })} ${clock}`;
}

export function useWords() {
  const language = useContext(LanguageContext);
  return {
    language,
    t: (word: Word, values?: Values) => say(language, word, values),
    stateName: (state?: string | null) => states[state ?? 'Unknown']?.[language === 'en' ? 0 : 1] ?? state ?? '',
    time: (text?: string | null) => time(language, text),
    sentence: (parts: string[]) => parts.filter(Boolean).join(language === 'zh' ? '，' : ', ') + (language === 'zh' ? '。' : '.'),
  };
}
