// Drives the console in Chromium as a person would, against a running skerry, and takes screenshots.
// usage: node e2e/run.mjs --url URL --password PASSWORD [--out DIR] [--site NAME] [--chart] [--alert]
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    password: { type: 'string' },
    out: { type: 'string', default: '.' },
    site: { type: 'string' },
    chart: { type: 'boolean', default: false },
    alert: { type: 'boolean', default: false },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
mkdirSync(options.out, { recursive: true });

let passed = 0;
let failed = 0;
async function step(what, action) {
  try {
    await action();
    passed++;
    console.log(`ok      ${what}`);
  } catch (fault) {
    failed++;
    console.log(`FAILED  ${what}: ${String(fault).split('\n')[0]}`);
  }
}
function must(condition, message) {
  if (!condition) throw new Error(message);
}

const browser = await chromium.launch({
  executablePath: options.chromium,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 860 }, locale: 'en-GB' });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const strangers = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(options.url) && !request.url().startsWith('data:')) strangers.push(request.url());
  });
  const faults = [];
  page.on('pageerror', (fault) => faults.push(String(fault)));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) faults.push(message.text());
  });
  const accessible = async (name) => {
    if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
    const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }));
    const serious = found.violations.filter((v) => v.impact === 'critical' || v.impact === 'serious');
    must(serious.length === 0, `${name}: ${serious.map((v) => `${v.id} at ${v.nodes.map((n) => n.target).slice(0, 3).join(' ')}`).join(', ')}`);
  };
  const shot = (name) => page.screenshot({ path: join(options.out, `${name}.png`), animations: 'disabled' });
  const open = (name) => page.getByRole('menuitem', { name }).click();
  const fits = async (name) => {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    must(over <= 0, `${name}: ${over} pixels wider than the screen`);
  };
  const chartIsDrawn = async () => {
    const canvas = page.getByTestId('chart').locator('canvas').first();
    await canvas.waitFor();
    // The curve is there when the canvas holds pixels of its colour and the page does not say that there is no reading.
    await page.waitForFunction(() => {
      const picture = document.querySelector('[data-testid=chart] canvas');
      const { data } = picture.getContext('2d').getImageData(0, 0, picture.width, picture.height);
      let coloured = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 60 && data[i + 2] > data[i] + 60) coloured++;
      return coloured > 8;
    });
  };

  await step('a wrong password is refused with a reason', async () => {
    await page.goto(options.url);
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('expected: admin').waitFor();
  });
  await step('the right one opens the overview', async () => {
    await page.getByLabel('Password').fill(options.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByTestId('sentence').waitFor();
  });
  for (const language of ['en', 'zh']) {
    const words = language === 'en' ? { overview: 'Overview', apps: 'Apps', devices: 'Devices', alerts: 'Alerts' } : { overview: '总览', apps: '应用', devices: '设备', alerts: '告警' };
    await step(`the overview in ${language}`, async () => {
      await page.getByText(language === 'en' ? 'EN' : '中文', { exact: true }).click();
      await open(words.overview);
      if (options.site) await page.getByTestId(`site-${options.site}`).waitFor();
      await shot(`overview-${language}`);
      await accessible('overview');
    });
    await step(`the apps in ${language}`, async () => {
      await open(words.apps);
      await shot(`apps-${language}`);
      await accessible('apps');
    });
    await step(`the devices in ${language}`, async () => {
      await open(words.devices);
      if (options.chart) await chartIsDrawn();
      await shot(`devices-${language}`);
      await accessible('devices');
    });
    await step(`the alerts in ${language}`, async () => {
      await open(words.alerts);
      if (options.alert) await page.getByText(/Rule\//).first().waitFor();
      await shot(`alerts-${language}`);
      await accessible('alerts');
    });
  }
  await step('on a telephone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const [name, word] of [['devices', '设备'], ['alerts', '告警'], ['overview', '总览']]) {
      await open(word);
      if (name === 'devices' && options.chart) await chartIsDrawn();
      await shot(`${name}-phone`);
      await fits(name);
      await accessible(name);
    }
  });
  await page.setViewportSize({ width: 1280, height: 860 });
  await step('the dark theme', async () => {
    await page.getByRole('button', { name: '深色' }).click();
    for (const [name, word] of [['overview', '总览'], ['devices', '设备'], ['alerts', '告警']]) {
      await open(word);
      if (name === 'devices' && options.chart) await chartIsDrawn();
      await shot(`${name}-dark`);
      await accessible(name);
    }
  });
  await step('no request left the site', async () => must(strangers.length === 0, strangers.slice(0, 3).join(' ')));
  await step('nothing failed behind the page', async () => must(faults.length === 0, faults.slice(0, 3).join(' ')));
  await step('signing out closes the door', async () => {
    await page.getByRole('button', { name: '退出' }).click();
    await page.getByRole('button', { name: '登录' }).waitFor();
    const answer = await page.evaluate(() => fetch('/api/overview').then((r) => r.status));
    must(answer === 401, `status ${answer}`);
  });
} finally {
  await browser.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
