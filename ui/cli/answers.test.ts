import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WINDOW_MICROS } from '../../graph/index.ts';
import { begin, faultline, within } from '../testing/run.ts';
import { openShop, SHOP_START } from '../testing/shop.ts';
import { useShop } from '../testing/use-shop.ts';

const shop = useShop();
const ask = (...args: string[]) => within(...args, '--store', shop.store);

describe('why', () => {
  test('names the version, with counts, what it is not and the change before it', async () => {
    const { code, out } = await faultline(['why', 'checkout', '--store', shop.store]);
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toMatch(
      /^checkout is slow since 03:12:00 \(3 min\): P99 .* → .* on frontend → checkout :5050/,
    );
    expect(out).toMatch(/^1 {2}payment v2\.12 answers slowly .* of the excess, .*sure$/m);
    expect(out).toContain('server version = v2.12');
    expect(out).toMatch(/requests slow \(.* %\) · elsewhere/);
    expect(out).toMatch(/before +03:11:22 rollout: payment v2\.11 → v2\.12 \(38 s earlier\)/);
    expect(out).not.toContain('\u001b');
  });

  test('--json is the contract’s document', async () => {
    const report = JSON.parse((await ask('why', 'shop/checkout', '--json')).out);
    expect(report).toMatchObject({
      service: 'shop/checkout',
      verdict: 'anomalous',
      to: '2026-11-20T03:15:00Z',
    });
    expect(report.findings[0]).toMatchObject({
      rank: 1,
      origin: { client: 'shop/checkout', server: 'shop/payment', port: 50051 },
      domain: [{ side: 'server', tag: 'version', value: 'v2.12' }],
      mechanism: 'slow service',
    });
    for (const key of ['from', 'to', 'baseline', 'signals', 'findings', 'blastRadius', 'coverage']) {
      expect(report).toHaveProperty(key);
    }
  });

  test('--markdown is a document, and --rows the rows behind a finding', async () => {
    expect((await ask('why', 'checkout', '--markdown')).out).toMatch(/^# shop\/checkout: anomalous\n/);
    const rows = JSON.parse((await ask('why', 'checkout', '--rows', '1', '--json')).out);
    expect(rows.sql).toContain('edge_rows');
    for (const row of rows.rows) expect(row.inside).toBe(row.version === 'v2.12');
    expect((await ask('why', 'checkout', '--rows', '1')).out).toContain('payment-v212-4:50051');
  });

  test('before the rollout everything is well', async () => {
    for (const when of [
      ['--at', '03:10'],
      ['--at', '-5m'],
      ['--from', '03:08', '--to', '03:10'],
    ]) {
      const report = JSON.parse((await ask('why', 'checkout', '--json', ...when)).out);
      expect(report).toMatchObject({ verdict: 'healthy', findings: [] });
    }
  });

  test('less coverage than asked for ends with 3, after the answer', async () => {
    const thin = join(shop.folder, 'thin.duckdb');
    const opened = await openShop(thin);
    const window = SHOP_START + 80 * WINDOW_MICROS;
    await opened.addCoverage([
      { window, node: 'n1', reporting: true, seen: 0, lost: 9000, ends: 0, unresolved: 0, level: 0 },
    ]);
    await opened.close();
    const asked = await faultline(['why', 'checkout', '--coverage', '99%', '--store', thin]);
    expect(asked.code).toBe(3);
    expect(asked.out).toContain('payment v2.12');
    expect((await faultline(['why', 'checkout', '--store', thin])).code).toBe(0);
    expect((await ask('why', 'checkout', '--coverage', '0.99')).code).toBe(0);
  });

  test('colour comes only when asked for, and NO_COLOR wins', async () => {
    const coloured = async (env: Record<string, string>) =>
      (await faultline(['why', 'cart', '--store', shop.store], { env })).out.includes('\u001b[');
    expect(await coloured({})).toBe(false);
    expect(await coloured({ FORCE_COLOR: '1' })).toBe(true);
    expect(await coloured({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  });
});

describe('events and capacity', () => {
  test('a quiet time has none, and says what it was compared with', async () => {
    const { code, out } = await ask('events', '--from', '03:06', '--to', '03:10');
    expect(code).toBe(0);
    expect(out).toBe(
      '03:06:00 to 03:10:00, compared with the 6 min before\n\nNothing new, nothing gone, nothing unlike the past.\n\n0 new edges are usual in such a time.\n',
    );
    expect((await ask('events', '--from', '03:00', '--to', '03:01')).out).toMatch(
      /^Nothing can be told: 0 of /,
    );
    const document = JSON.parse((await ask('events', '--json')).out);
    expect(document).toMatchObject({ missing: null, events: [], intervalSeconds: 10 });
  });

  test('nothing fills up where nothing was read', async () => {
    const { code, out } = await ask('capacity', '--at', '03:10');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^0 queues, tables, ports and curves of the 10 min before 03:10:00\n\nNothing fills up\.\n$/,
    );
    expect(JSON.parse((await ask('capacity', '--json')).out)).toMatchObject({
      items: [],
      looked: 0,
      more: 0,
    });
  });
});

describe('map and search', () => {
  test('the map says callers, dependencies and how they are', async () => {
    const { out } = await ask('map', 'checkout', '--hops', '1');
    expect(out).toMatch(/called by\n {2}shop\/frontend → shop\/checkout :5050 .*req\/s .*✗ bad: latency/);
    expect(out).toMatch(/\ncalls\n {2}shop\/checkout → shop\/payment :50051 /);
    expect(out).not.toContain('loadgenerator');
  });

  test('direction and hops are obeyed, in JSON and as a diagram', async () => {
    const map = JSON.parse((await ask('map', 'checkout', '--direction', 'up', '--json')).out);
    expect(map.nodes.map(({ id }: { id: string }) => id).sort()).toEqual([
      'shop/checkout',
      'shop/frontend',
      'shop/loadgenerator',
    ]);
    const diagram = (await ask('map', 'cart', '--mermaid')).out;
    expect(diagram).toMatch(/^flowchart LR\n/);
    expect(diagram).toMatch(/n\d -->\|":6379, .* req\/s"\| n\d/);
  });

  test('search finds pods and images, and says what is near when nothing matches', async () => {
    const { out } = await ask('search', 'v2.12');
    expect(out).toContain('shop/payment:v2.12');
    expect(out).toContain('shop/payment');
    const none = await ask('search', 'chekout');
    expect(none).toMatchObject({ code: 0, out: expect.stringContaining('The nearest: shop/checkout') });
    expect(JSON.parse((await ask('search', 'redis', '--json')).out).hits[0]).toMatchObject({
      service: 'shop/redis',
    });
  });
});

describe('output', () => {
  test('a reader that goes away ends the output in peace', async () => {
    const running = begin(['why', 'checkout', '--store', shop.store]);
    running.child.stdout.destroy();
    const { code, err } = await running.ended;
    expect(code).toBe(0);
    expect(err).toBe('');
  });
});
