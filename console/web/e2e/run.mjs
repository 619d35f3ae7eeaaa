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
  const strangers = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(options.url) && !request.url().startsWith('data:')) strangers.push(request.url());
  });
  const accessible = async (name) => {
    await page.evaluate(axeSource);
    const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a'] }));
    const serious = found.violations.filter((v) => v.impact === 'critical');
    must(serious.length === 0, `${name}: ${serious.map((v) => v.id).join(', ')}`);
  };
  const shot = (name) => page.screenshot({ path: join(options.out, `${name}.png`) });

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
    await step(`the overview in ${language}`, async () => {
      await page.getByText(language === 'en' ? 'EN' : '中文', { exact: true }).click();
      await page.getByRole('menuitem', { name: language === 'en' ? 'Overview' : '总览' }).click();
      if (options.site) await page.getByTestId(`site-${options.site}`).waitFor();
      await accessible('overview');
      await shot(`overview-${language}`);
    });
    await step(`the devices in ${language}`, async () => {
      await page.getByRole('menuitem', { name: language === 'en' ? 'Devices' : '设备' }).click();
      if (options.chart) {
        await page.getByTestId('chart').locator('canvas').waitFor();
        await page.waitForResponse((r) => r.url().includes('/api/downsample') && r.ok(), { timeout: 10_000 }).catch(() => undefined);
        await page.waitForTimeout(1500);
      }
      await shot(`devices-${language}`);
    });
    await step(`the alerts in ${language}`, async () => {
      await page.getByRole('menuitem', { name: language === 'en' ? 'Alerts' : '告警' }).click();
      if (options.alert) await page.getByText(/Rule\//).first().waitFor();
      await shot(`alerts-${language}`);
    });
  }
  await step('the dark theme', async () => {
    await page.getByRole('button', { name: '深色' }).click();
    await shot('dark-zh');
  });
  await step('no request left the site', async () => must(strangers.length === 0, strangers.slice(0, 3).join(' ')));
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
