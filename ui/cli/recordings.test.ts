import { mkdtemp, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { begin, faultline, within } from '../testing/run.ts';
import { useShop } from '../testing/use-shop.ts';

const shop = useShop();
const ask = (...args: string[]) => within(...args, '--store', shop.store);

describe('capture, replay and demo', () => {
  test('a captured period replays to the same report', async () => {
    const capture = join(shop.folder, 'incident.duckdb');
    const taken = await ask('capture', capture, '--from', '03:02', '--json');
    expect(JSON.parse(taken.out)).toMatchObject({ file: capture, from: '2026-11-20T03:02:00.000Z' });
    const { code, out } = await faultline(['replay', capture, '--no-serve']);
    expect(code).toBe(0);
    expect(out).toMatch(/^(checkout|frontend) is slow since 03:12:00/);
    expect(out).toContain('payment v2.12 answers slowly');
  });

  test('a capture may not replace its store, nor be broken', async () => {
    expect((await ask('capture', shop.store)).err).toContain('FL-307');
    expect((await faultline(['replay', join(shop.folder, 'junk.duckdb')])).err).toContain('FL-302');
    expect((await faultline(['replay', join(shop.folder, 'absent.duckdb')])).err).toContain('FL-301');
  });

  test('the demo prints the report, serves the map, and takes its copy with it on Ctrl-C', async () => {
    const scratch = await mkdtemp(join(shop.folder, 'tmp-'));
    const copies = async () => (await readdir(scratch)).filter((name) => name.startsWith('faultline-'));
    const demo = begin(['demo', '--capture', shop.store, '--listen', '127.0.0.1:0'], {
      env: { TMPDIR: scratch },
    });
    const [, url] = await demo.seen(/map of .* is at (http:\S+)/);
    expect(await copies()).toHaveLength(1);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const map = (await (await fetch(`${url}/api/v1/map?service=checkout`)).json()) as { centre: string };
    expect(map.centre).toBe('shop/checkout');
    demo.child.kill('SIGINT');
    const { code, out } = await demo.ended;
    expect(code).toBe(0);
    expect(out).toContain('payment v2.12 answers slowly');
    expect(await copies()).toEqual([]);
  });

  test('a taken port is a coded error that says what to do', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as { port: number };
    const { code, err } = await faultline(['demo', '--capture', shop.store, '--listen', `127.0.0.1:${port}`]);
    expect(code).toBe(1);
    expect(err).toMatch(/FL-560: .*--listen/);
    other.close();
  });

  test('a missing recording is a coded error', async () => {
    const { code, err } = await faultline(['demo', '--capture', join(shop.folder, 'absent.duckdb')]);
    expect(code).toBe(1);
    expect(err).toContain('FL-501');
  });
});
