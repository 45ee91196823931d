import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { openBrowser, picture, type Visitor } from './stage.ts';

/** What `npm start` runs, with a port of its own. */
const START = fileURLToPath(new URL('../start.mjs', import.meta.url));

let start: ChildProcess;
let browser: Visitor;
let printed = '';
let address = '';

beforeAll(async () => {
  if (missing('chromium') !== null) return;
  start = spawn(process.execPath, [START, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  start.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  start.stdout!.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  while (address === '') {
    if (start.exitCode !== null) throw new Error(`npm start ended with ${start.exitCode}:\n${said}`);
    address = /is at (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1] ?? '';
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  if (start === undefined) return;
  const ended = once(start, 'exit');
  start.kill('SIGINT');
  await ended;
});

/** The incident is a rollout of shipping v9.0 to the pods of one zone, where it is slow and fails now and then. */
test('npm start prints what broke in the recorded incident', (context) => {
  needs(context, 'chromium');
  expect(printed).toMatch(/^checkout is failing since/m);
  expect(printed).toMatch(/1 {2}shipping v9\.0 answers slowly and fails/);
  expect(printed).toMatch(/same as .*shipping:v9\.0 and zone eu-1b \(the data cannot tell them apart\)/);
  expect(printed).toMatch(/before .*rollout: shipping v1\.2 → v9\.0/);
});

test('and its map says the same: search, neighbourhood, report', async (context) => {
  needs(context, 'chromium');
  const { page, wrong } = await browser.visit(`${address}/`);
  await page.getByRole('heading', { name: /edges are off/ }).waitFor();
  await picture(page, 'incident-home');
  await page.keyboard.type('checkout');
  await page
    .getByRole('option', { name: /shop\/checkout/ })
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/map/shop/checkout');
  await page.locator('.canvas[data-ready]').waitFor();
  await page.getByText('shipping v9.0 answers slowly and fails').waitFor();
  const report = await page.getByRole('complementary', { name: 'Details' }).textContent();
  expect(report).toMatch(/server version = v9\.0/);
  expect(report).toMatch(/server zone = eu-1b.*the data cannot tell them apart/);
  expect(report).toMatch(/shipping v1\.2 → v9\.0/);
  await picture(page, 'incident-report');
  expect(wrong).toEqual([]);
});
