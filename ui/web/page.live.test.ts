import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { call, SHOP_WINDOWS, writeShop } from '../server/shop-fixture.ts';
import { drawn, openStage, picture, type Stage, spot } from './stage.ts';

const EVIL = '<img src=x onerror=alert(1)>';
const LONG = `long-${'x'.repeat(10_000)}-end`;
const TURNED = 'gnp\u202Eexe.';

let stage: Stage;

beforeAll(async () => {
  if (missing('chromium') !== null) return;
  const hostile = [EVIL, LONG, TURNED].map((name) => call('ad', name, 80, 2, 2000));
  stage = await openStage((store) => writeShop(store, hostile), true);
});
afterAll(() => stage?.close());

test('search, neighbourhood, report, edge, table, and back again', async (context) => {
  needs(context, 'chromium');
  const { page, wrong } = await stage.visit('/');
  await page.getByRole('heading', { name: '3 of 23 edges are off' }).waitFor();
  await picture(page, 'home-light');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('search');
  await page.keyboard.type('checkou');
  await page
    .getByRole('option', { name: /shop\/checkout/ })
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/map/shop/checkout');

  await page.getByText('payment v2.12 answers slowly').waitFor();
  const report = page.getByRole('complementary', { name: 'Details' });
  expect(await report.textContent()).toMatch(/server version = v2\.12/);
  expect(await report.textContent()).toMatch(/payment v2\.11 → v2\.12/);
  await page.locator('.canvas[data-ready]').waitFor();
  await picture(page, 'report-light');

  const edge = await spot(page, 'edges', 'shop/payment:50051');
  await page.mouse.click(edge.x, edge.y);
  await page.waitForURL(/server=shop%2Fpayment/);
  await report.getByText(/cross zones/).waitFor();
  expect(await report.textContent()).toMatch(/P99\s*2\.0\d s\s*\d+\.\d ms\s*\d+×/);
  await report.getByText('Rows behind these numbers').click();
  expect(await report.locator('pre').textContent()).toMatch(/select/i);
  await picture(page, 'edge-light');

  await page.keyboard.press('t');
  const rows = page.getByRole('table', { name: 'Edges around shop/checkout' }).locator('tbody tr');
  await rows.first().waitFor();
  const { edges } = await api<{ edges: unknown[] }>('map?service=shop/checkout');
  expect(await rows.count()).toBe(edges.length);
  expect(await page.locator('tr.current').textContent()).toContain('payment');
  await picture(page, 'table-light');
  await page.getByRole('button', { name: /^P99/ }).first().click();
  expect(await rows.first().textContent()).toMatch(/2\.0\d s/);

  await page.goBack();
  await page.locator('.canvas[data-ready]').waitFor();
  await page.goBack();
  await page.getByText('payment v2.12 answers slowly').waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: '3 of 23 edges are off' }).waitFor();
  expect(wrong).toEqual([]);
});

async function api<T>(path: string): Promise<T> {
  return (await (await fetch(`${stage.served.url}/api/v1/${path}`)).json()) as T;
}

test('a copied address shows the same', async (context) => {
  needs(context, 'chromium');
  const address =
    '/map/shop/cart?at=2025-11-20T03%3A00%3A00.000Z&hops=3&direction=down&client=shop%2Fcart&server=shop%2Fredis&port=6379';
  const { page, wrong } = await stage.visit(address);
  await page.getByRole('heading', { name: /shop\/cart.*to.*shop\/redis/ }).waitFor();
  expect(await page.locator('output').textContent()).toBe('3 hops');
  expect(await page.getByRole('button', { name: 'Dependencies' }).getAttribute('aria-pressed')).toBe('true');
  expect(await page.locator('.time time').getAttribute('dateTime')).toBe('2025-11-20T03:00:00.000Z');
  await page.reload();
  await page.getByRole('heading', { name: /shop\/cart.*to.*shop\/redis/ }).waitFor();
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(address);
  expect(wrong).toEqual([]);
});

test('everything by keyboard', async (context) => {
  needs(context, 'chromium');
  const { page, wrong } = await stage.visit('/map/shop/checkout');
  await page.locator('.canvas[data-ready]').waitFor();
  const map = page.getByRole('region', { name: /^Map/ });
  await map.focus();
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL(/node=shop%2Ffrontend/);
  await page.keyboard.press('Escape');
  await page.waitForURL(/checkout$/);
  await page.keyboard.press(']');
  await page.waitForURL(/hops=3/);
  await page.keyboard.press('[');
  await page.waitForURL(/checkout$/);
  await page.keyboard.press('ArrowRight');
  await page.waitForURL(/node=/);
  const chosen = new URL(page.url()).searchParams.get('node');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/map/${chosen}`);
  await page.keyboard.press('/');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('search');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await picture(page, 'help-light');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  expect(wrong).toEqual([]);
});

test('on no map do cards or labels lie on each other', async (context) => {
  needs(context, 'chromium');
  for (const service of ['frontend', 'checkout', 'cart', 'productcatalog', 'ad']) {
    const { page, wrong } = await stage.visit(`/map/shop/${service}?hops=3`);
    const { cards, labels } = await drawn(page);
    expect(cards.length).toBeGreaterThan(3);
    const boxes = [...cards, ...labels];
    const overlaps = boxes.flatMap((a, i) =>
      boxes
        .slice(i + 1)
        .filter((b) => a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2)
        .map((b) => `${service}: ${a.id.slice(0, 60)} × ${b.id.slice(0, 60)}`),
    );
    expect(overlaps).toEqual([]);
    await picture(page, `map-${service}-light`);
    expect(wrong).toEqual([]);
  }
});

test('hostile names are text', async (context) => {
  needs(context, 'chromium');
  const { page, wrong } = await stage.visit('/map/shop/ad');
  let asked = false;
  page.on('dialog', (dialog) => {
    asked = true;
    void dialog.dismiss();
  });
  await drawn(page);
  await picture(page, 'hostile-light');
  await page.keyboard.press('t');
  await page.getByText('<img src=x onerror=alert(1)>').first().waitFor();
  const text = await page.locator('.twin').textContent();
  expect(text).toContain('gnp·exe.');
  expect(text).not.toContain('\u202E');
  expect(await page.locator('img').count()).toBe(0);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(wide).toBe(false);
  await page
    .getByRole('button', { name: /ad to .*<img/ })
    .first()
    .click();
  await page.getByRole('heading', { name: /<img/ }).first().waitFor();
  await picture(page, 'hostile-table-light');
  expect(asked).toBe(false);
  expect(wrong).toEqual([]);
});

test('an earlier time is healthy; an unknown name gets the nearest', async (context) => {
  needs(context, 'chromium');
  const { page, wrong } = await stage.visit('/map/shop/checkout?at=2025-11-20T03:00:00Z');
  await page.getByText(/checkout is healthy/).waitFor();
  await drawn(page);
  await picture(page, 'healthy-light');
  expect(wrong).toEqual([]);
  await page.goto(`${stage.served.url}/map/chekout`);
  await page.getByText('No workload has this name').waitFor();
  await picture(page, 'unknown-light');
  await page.getByRole('link', { name: 'shop/checkout' }).click();
  await page.waitForURL('**/map/shop/checkout');
  await page.getByText('payment v2.12 answers slowly').waitFor();
});

test('dark, and on a telephone', async (context) => {
  needs(context, 'chromium');
  const dark = await stage.visit('/map/shop/checkout', { colorScheme: 'dark' });
  await dark.page.getByText('payment v2.12 answers slowly').waitFor();
  await drawn(dark.page);
  await picture(dark.page, 'report-dark');
  const phone = await stage.visit('/map/shop/checkout', { viewport: { width: 400, height: 860 } });
  await phone.page.getByText('payment v2.12 answers slowly').waitFor();
  await drawn(phone.page);
  await picture(phone.page, 'report-phone');
  for (const path of ['/', '/map/shop/checkout?view=table']) {
    await phone.page.goto(`${stage.served.url}${path}`);
    await phone.page.locator('tbody tr').first().waitFor();
    const { scroll, width } = await phone.page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      width: innerWidth,
    }));
    expect(scroll).toBeLessThanOrEqual(width);
  }
  await picture(phone.page, 'table-phone');
  expect([...dark.wrong, ...phone.wrong]).toEqual([]);
});

test('new data arrives by itself and moves nothing', async (context) => {
  needs(context, 'chromium');
  const { page, wrong } = await stage.visit('/map/shop/frontend');
  const before = await drawn(page);
  const shown = page.locator('.time time');
  const time = await shown.getAttribute('dateTime');
  const newcomer = [call('frontend', 'wishlist', 8090, 12, 4000)];
  await writeShop(stage.store, newcomer, { from: SHOP_WINDOWS, to: SHOP_WINDOWS + 3 });
  await expect.poll(() => shown.getAttribute('dateTime'), { timeout: 60_000 }).not.toBe(time);
  await expect
    .poll(async () => (await drawn(page)).cards.length, { timeout: 60_000 })
    .toBe(before.cards.length + 1);
  const after = new Map((await drawn(page)).cards.map((card) => [card.id, card]));
  for (const card of before.cards) {
    const { x1, y1 } = after.get(card.id)!;
    expect([card.id, x1, y1].map(rounded)).toEqual([card.id, card.x1, card.y1].map(rounded));
  }
  expect(wrong).toEqual([]);
});

const rounded = (value: string | number): string | number =>
  typeof value === 'number' ? Math.round(value) : value;

test('an empty store says so and fills by itself; a server that is gone is said to be gone', async (context) => {
  needs(context, 'chromium');
  const other = await openStage(async () => {}, true);
  try {
    const { page } = await other.visit('/');
    await page.getByRole('heading', { name: 'Nothing has been recorded yet' }).waitFor();
    await picture(page, 'empty-light');
    await writeShop(other.store, [], { from: 0, to: 12 });
    await page.getByRole('heading', { name: 'All quiet' }).waitFor();
    await picture(page, 'quiet-light');
    await other.served.close();
    await page.getByText('The server does not answer.').waitFor();
    await picture(page, 'stale-light');
    expect(await page.getByRole('heading', { name: 'All quiet' }).count()).toBe(1);
  } finally {
    await other.close();
  }
});

test('the first load is small: everything but the drawing library', async (context) => {
  needs(context, 'chromium');
  const assets = readdirSync(join(stage.folder, 'assets'));
  const html = readFileSync(join(stage.folder, 'index.html'), 'utf8');
  const size = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + gzipSync(readFileSync(join(stage.folder, 'assets', name))).length, 0);
  const scripts = assets.filter((name) => name.endsWith('.js'));
  const first = scripts.filter((name) => html.includes(name));
  expect(first).toHaveLength(1);
  expect(size(first)).toBeLessThan(60 * 1024);
  expect(size(scripts)).toBeLessThan(200 * 1024);
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|https?:/);
});
