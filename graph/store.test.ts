import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { needs } from '../.ci/needs.ts';
import { edgeRow, podEnd, START } from './fixtures.ts';
import { openStore, type Period, WINDOW_MICROS } from './index.ts';

const ALWAYS: Period = { from: 0, to: 4e15 };

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faultline-store-'));
  file = join(folder, 'store.duckdb');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: { code?: string }) => error.code ?? String(error),
  );

describe('a store', () => {
  test('is empty when it is new', async () => {
    const store = await openStore(':memory:');
    expect(await store.range()).toBeNull();
    expect(await store.edges(ALWAYS)).toEqual([]);
    expect(await store.nodes(ALWAYS)).toEqual([]);
    expect(await store.coverage(ALWAYS)).toEqual([]);
    expect(await store.gaps(ALWAYS)).toEqual([]);
    expect(await store.search('cart')).toEqual([]);
    await store.close();
  });

  test('keeps what it was given over a reopening, and goes on with the same endpoints', async () => {
    const first = await openStore(file);
    await first.append({ rows: [edgeRow(0, 'front', 'cart', { requests: 3, bytesSent: 5e9 })] });
    const id = first.intern(podEnd('cart')).id;
    await first.close();

    const second = await openStore(file);
    expect(second.intern(podEnd('cart')).id).toBe(id);
    await second.append({
      rows: [edgeRow(0, 'front', 'cart', { requests: 4 }), edgeRow(1, 'cart', 'redis')],
    });
    const edges = await second.edges(ALWAYS);
    expect(
      edges.map(({ client, server, counts }) => [client.workload, server.workload, counts.requests]),
    ).toEqual([
      ['cart', 'redis', 1],
      ['front', 'cart', 7],
    ]);
    expect(edges[1]!.counts.bytesSent).toBe(5e9);
    expect(await second.range()).toEqual({ from: START, to: START + 2 * WINDOW_MICROS });
    await second.close();
  });

  test('keeps a change once, however often it is told', async () => {
    const store = await openStore(':memory:');
    const change = {
      at: START + 3,
      kind: 'rollout',
      namespace: 'shop',
      subject: "o'cart",
      what: 'v1 → v2',
      tags: { version: 'v2' },
    } as const;
    await store.addChanges([change, change]);
    await store.addChanges([change, { ...change, at: START + 9 }]);
    expect(await store.changes({ from: START, to: START + 9 })).toEqual([change]);
    expect(await store.changes(ALWAYS)).toHaveLength(2);
    await store.close();
  });

  test('read-only, reads and refuses to write', async () => {
    const writer = await openStore(file);
    await writer.append({ rows: [edgeRow(0, 'front', 'cart')] });
    await writer.close();
    const readers = await Promise.all([
      openStore(file, { readOnly: true }),
      openStore(file, { readOnly: true }),
    ]);
    for (const reader of readers) expect(await reader.edges(ALWAYS)).toHaveLength(1);
    expect(await code(readers[0].append({ rows: [edgeRow(1, 'front', 'cart')] }))).toBe('FL-306');
    for (const reader of readers) await reader.close();
  });
});

describe('a process that is killed', () => {
  const script = (after: string) => `
    import { openStore } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    import { edgeRow } from ${JSON.stringify(new URL('./fixtures.ts', import.meta.url).href)};
    const store = await openStore(${JSON.stringify(file)});
    for (let window = 0; window < 10; window++) {
      await store.append({ rows: [edgeRow(window, 'front', 'cart', { requests: window + 1 })] });
    }
    ${after}
    console.log('written');
    setInterval(() => {}, 1000);`;

  async function writeThenHang(after = ''): Promise<ReturnType<typeof spawn>> {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script(after)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout!, 'data');
    return child;
  }

  test('leaves everything it wrote, while another could not open its store', async () => {
    const child = await writeThenHang();
    expect(await code(openStore(file))).toBe('FL-304');
    expect(await code(openStore(file, { readOnly: true }))).toBe('FL-304');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const store = await openStore(file);
    const [edge] = await store.edges(ALWAYS);
    expect(edge!.counts.requests).toBe((10 * 11) / 2);
    expect(await store.series(ALWAYS)).toHaveLength(10);
    await store.close();
  });

  test('can be read from without opening for writing first', async () => {
    const child = await writeThenHang();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = await openStore(file, { readOnly: true });
    expect((await store.edges(ALWAYS))[0]!.counts.requests).toBe((10 * 11) / 2);
    await store.close();
  });
});

describe('a path that cannot be a store', () => {
  test('without its directory, or a file to read', async () => {
    expect(await code(openStore(join(folder, 'none', 'x.duckdb')))).toBe('FL-301');
    expect(await code(openStore(file, { readOnly: true }))).toBe('FL-301');
  });

  test('a directory', async () => {
    expect(await code(openStore(folder))).toBe('FL-306');
  });

  test('some other file', async () => {
    writeFileSync(file, 'not a database '.repeat(1000));
    expect(await code(openStore(file))).toBe('FL-302');
  });

  test('a database of somebody else, which is left as it is', async () => {
    const other = await DuckDBInstance.create(file);
    const connection = await other.connect();
    await connection.run('CREATE TABLE meta (schema INTEGER)');
    connection.closeSync();
    other.closeSync();
    expect(await code(openStore(file))).toBe('FL-302');
  });

  test('a store of another schema version', async () => {
    await (await openStore(file)).close();
    const raw = await DuckDBInstance.create(file);
    const connection = await raw.connect();
    await connection.run(`UPDATE meta SET value = '99' WHERE key = 'schema'`);
    connection.closeSync();
    raw.closeSync();
    await expect(openStore(file)).rejects.toMatchObject({
      code: 'FL-303',
      message: expect.stringContaining('99'),
    });
  });

  test('a store of the schema before is brought up to date with what it holds', async () => {
    const before = await openStore(file);
    const row = edgeRow(0, 'web', 'cart', { requests: 7 });
    await before.append({ rows: [row] });
    await before.close();
    const raw = await DuckDBInstance.create(file);
    const connection = await raw.connect();
    await connection.run('DROP VIEW edge_rows');
    for (const table of ['fact', 'fact_tail'])
      for (const column of ['untimed', 'zero_windows', 'drops'])
        await connection.run(`ALTER TABLE ${table} DROP COLUMN ${column}`);
    for (const table of ['coverage', 'coverage_tail'])
      await connection.run(`ALTER TABLE ${table} DROP COLUMN level`);
    for (const table of ['anomaly', 'kept', 'gauge', 'gauge_tail'])
      await connection.run(`DROP TABLE ${table}`);
    await connection.run(`UPDATE meta SET value = '1' WHERE key = 'schema'`);
    connection.closeSync();
    raw.closeSync();
    expect(await code(openStore(file, { readOnly: true }))).toBe('FL-303');
    const after = await openStore(file);
    expect(await after.edges(ALWAYS)).toMatchObject([{ counts: { requests: 7, untimed: 0, drops: 0 } }]);
    await after.close();
  });

  test('a store without anomalies and gauges is read as it is, and gets room for them when it is written to', async () => {
    const before = await openStore(file);
    await before.append({ rows: [edgeRow(0, 'web', 'cart', { requests: 7 })] });
    await before.close();
    const raw = await DuckDBInstance.create(file);
    const connection = await raw.connect();
    for (const table of ['anomaly', 'kept', 'gauge', 'gauge_tail'])
      await connection.run(`DROP TABLE ${table}`);
    await connection.run(`UPDATE meta SET value = '2' WHERE key = 'schema'`);
    connection.closeSync();
    raw.closeSync();
    const reading = await openStore(file, { readOnly: true, foreign: true });
    expect(await reading.edges(ALWAYS)).toMatchObject([{ counts: { requests: 7 } }]);
    expect(await reading.anomalies(ALWAYS)).toEqual([]);
    expect(await reading.gauges(ALWAYS)).toEqual([]);
    expect(await reading.kept('scores')).toBeNull();
    await reading.close();
    const own = await openStore(file, { readOnly: true });
    await own.copyTo(join(folder, 'copy.duckdb'), ALWAYS);
    await own.close();
    const copy = await openStore(join(folder, 'copy.duckdb'), { readOnly: true });
    expect(await copy.anomalies(ALWAYS)).toEqual([]);
    await copy.close();
    const writing = await openStore(file);
    expect(await writing.anomalies(ALWAYS)).toEqual([]);
    expect(await writing.gauges(ALWAYS)).toEqual([]);
    await writing.close();
  });

  test('a store whose tables were changed', async () => {
    await (await openStore(file)).close();
    const raw = await DuckDBInstance.create(file);
    const connection = await raw.connect();
    await connection.run('ALTER TABLE fact DROP COLUMN requests CASCADE').catch(async () => {
      await connection.run('DROP VIEW edge_rows');
      await connection.run('ALTER TABLE fact DROP COLUMN requests');
    });
    connection.closeSync();
    raw.closeSync();
    expect(await code(openStore(file))).toBe('FL-302');
  });

  test('a store this process writes already', async () => {
    const store = await openStore(file);
    expect(await code(openStore(file))).toBe('FL-304');
    expect(await code(openStore(file, { readOnly: true }))).toBe('FL-304');
    await store.close();
    await (await openStore(file)).close();
  });
});

test('a full disk is an error that writes nothing, and passes when there is room again', async (context) => {
  needs(context, 'linux', 'root');
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'faultline-test', folder]);
  if (mounted.status !== 0) context.skip(`no tmpfs can be mounted: ${mounted.stderr}`);
  try {
    const store = await openStore(file);
    await store.append({ rows: [edgeRow(0, 'front', 'cart')] });
    const { bavail, bsize } = statfsSync(folder);
    const filler = join(folder, 'filler');
    writeFileSync(filler, Buffer.alloc(bavail * bsize - 64 * 1024));
    const rows = Array.from({ length: 2000 }, (_, i) => edgeRow(1, `client-${i}`, 'cart'));
    expect(await code(store.append({ rows }))).toBe('FL-305');
    expect(await store.edges(ALWAYS)).toHaveLength(1);
    rmSync(filler);
    await store.append({ rows });
    expect(await store.edges(ALWAYS)).toHaveLength(2001);
    await store.close();
  } finally {
    spawnSync('umount', [folder]);
  }
});
