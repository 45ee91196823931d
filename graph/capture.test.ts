import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { histogramOf } from '../probe/index.ts';
import { edgeRow, podEnd, START } from './fixtures.ts';
import {
  type EdgeReader,
  type EdgeStore,
  openCapture,
  openStore,
  type Period,
  WINDOW_MICROS,
  writeCapture,
} from './index.ts';

const PERIOD: Period = { from: START + 2 * WINDOW_MICROS, to: START + 6 * WINDOW_MICROS };

let folder: string;
let file: string;
let store: EdgeStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'faultline-capture-'));
  file = join(folder, 'incident.duckdb');
  store = await openStore(join(folder, 'store.duckdb'));
  for (let window = 0; window < 8; window++) {
    const latency = histogramOf([100 * window, 7000]);
    // `before` is met outside of the period only, and was the first endpoint of the workload that stays.
    const client = window < 2 ? podEnd('front', 9) : podEnd('front');
    const row = { ...edgeRow(window, 'front', 'cart', { requests: window, latency }), client };
    await store.append({
      rows: [row, row, edgeRow(window, 'cart', 'redis')],
      coverage: [
        {
          window: row.window,
          node: 'n0',
          reporting: window !== 4,
          seen: 1,
          lost: window,
          ends: 2,
          unresolved: 0,
          level: 0,
        },
      ],
      changes: [
        {
          at: row.window + 1,
          kind: 'rollout',
          namespace: 'shop',
          subject: 'cart',
          what: `${window}`,
          tags: { version: 'v2' },
        },
      ],
    });
  }
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Ids differ from file to file in principle; what people see does not. */
async function told(reader: EdgeReader, period: Period) {
  const leaves = await reader.leaves(period);
  return {
    edges: await reader.edges(period),
    series: await reader.series(period),
    leaves: leaves.map(({ client, server, ...rest }) => [client.tags, server.tags, rest]),
    coverage: await reader.coverage(period),
    changes: await reader.changes(period),
    nodes: await reader.nodes(period),
  };
}

test('tells of its period what the store tells, and of nothing else', async () => {
  await writeCapture(store, file, PERIOD);
  const capture = await openCapture(file);
  const everything = { from: 0, to: 4e15 };
  expect(await told(capture, everything)).toEqual(await told(store, PERIOD));
  expect(await capture.range()).toEqual(PERIOD);
  expect(await capture.gaps(everything)).toEqual(await store.gaps(PERIOD));
  expect(await capture.search('front-9')).toEqual([]);
  expect(await capture.search('front-0')).toHaveLength(1);
  expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  await capture.close();
});

test('can be taken of a capture, and replaces an older one', async () => {
  await writeCapture(store, file, PERIOD);
  const source = await openStore(file, { readOnly: true });
  const second = join(folder, 'second.duckdb');
  writeFileSync(second, 'something older');
  const shorter = { from: PERIOD.from, to: PERIOD.from + WINDOW_MICROS };
  await writeCapture(source, second, shorter);
  await source.close();
  const capture = await openCapture(second);
  expect(await told(capture, PERIOD)).toEqual(await told(store, shorter));
  await capture.close();
});

test('does not replace the store it is taken from, and leaves nothing where it cannot be written', async () => {
  await expect(writeCapture(store, store.path, PERIOD)).rejects.toMatchObject({ code: 'FL-307' });
  await expect(writeCapture(store, join(folder, 'none', 'x.duckdb'), PERIOD)).rejects.toMatchObject({
    code: 'FL-301',
  });
  await store.append({ rows: [edgeRow(9, 'front', 'cart')] });
  expect(await store.edges(PERIOD)).toHaveLength(2);
});

test('of ten busy minutes of sixty leaves is far below 5 MB', async () => {
  const busy = await openStore(':memory:');
  const spread = (from: number, to: number) =>
    histogramOf(Array.from({ length: 200 }, (_, i) => from + ((to - from) * i) / 200));
  for (let window = 0; window < 60; window++) {
    const rows = Array.from({ length: 60 }, (_, leaf) => {
      const typical = 400 + 37 * leaf + 11 * window;
      return edgeRow(window, `client-${leaf % 12}`, `server-${leaf}`, {
        requests: 200,
        latency: spread(typical, 2 * typical),
        service: spread(typical * 0.8, 1.6 * typical),
        wait: spread(10, 60),
        rtt: spread(80, 120),
        connect: spread(150, 300),
      });
    });
    await busy.append({ rows });
  }
  await writeCapture(busy, file, { from: START, to: START + 60 * WINDOW_MICROS });
  await busy.close();
  expect(statSync(file).size).toBeLessThan(3_000_000);
});

test('that is cut off or changed in any byte is refused', async () => {
  await writeCapture(store, file, PERIOD);
  const good = readFileSync(file);
  const damage = fc.oneof(
    fc.nat(good.length - 1).map((length) => good.subarray(0, length)),
    fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, bits]) => {
      const bytes = Buffer.from(good);
      bytes[at]! ^= bits;
      return bytes;
    }),
  );
  await fc.assert(
    fc.asyncProperty(damage, async (bytes) => {
      writeFileSync(file, bytes);
      await expect(openCapture(file)).rejects.toMatchObject({ code: 'FL-302' });
    }),
    { numRuns: 60 },
  );
  expect(existsSync(file)).toBe(true);
});
