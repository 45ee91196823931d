import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Histogram, histogramFromEntries, mergeHistograms } from '../probe/index.ts';
import type { EdgeRow } from './batch.ts';
import { NO_COUNTS, podEnd, START } from './fixtures.ts';
import { type EdgeCounts, openStore, type Period, WINDOW_MICROS } from './index.ts';
import { COUNTS, HISTOGRAMS } from './schema.ts';
import { keyText, workloadOf } from './workload.ts';

const ALWAYS: Period = { from: 0, to: 4e15 };

const histogram: fc.Arbitrary<Histogram> = fc
  .dictionary(fc.nat(383).map(String), fc.integer({ min: 1, max: 1000 }), { maxKeys: 6 })
  .map((entries) => histogramFromEntries(Object.entries(entries).map(([b, n]) => [Number(b), n])));

const counts: fc.Arbitrary<EdgeCounts> = fc
  .tuple(fc.tuple(...COUNTS.map(() => fc.nat(1_000_000))), fc.tuple(...HISTOGRAMS.map(() => histogram)))
  .map(([numbers, histograms]) => ({
    ...NO_COUNTS,
    ...Object.fromEntries(COUNTS.map(([field], i) => [field, numbers[i]])),
    ...Object.fromEntries(HISTOGRAMS.map((name, i) => [name, histograms[i]])),
  }));

/** Few workloads, replicas, ports and windows, so that rows fall on each other. */
const row: fc.Arbitrary<EdgeRow> = fc
  .record({
    window: fc.nat(5),
    ends: fc.tuple(fc.nat(2), fc.nat(1), fc.nat(2), fc.nat(1)),
    port: fc.constantFrom(80, 65_535),
    counts,
  })
  .map(({ window, ends: [c, i, s, j], port, counts }) => ({
    window: START + window * WINDOW_MICROS,
    client: podEnd(`w${c}`, i),
    server: podEnd(`w${s}`, j),
    port,
    counts,
  }));

function summed(rows: readonly EdgeRow[], keyOf: (row: EdgeRow) => string): Map<string, EdgeCounts> {
  const groups = new Map<string, EdgeCounts[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row.counts]);
  return new Map([...groups].map(([key, all]) => [key, sum(all)]));
}

function sum(all: readonly EdgeCounts[]): EdgeCounts {
  const numbers = COUNTS.map(([field]) => [field, all.reduce((sum, counts) => sum + counts[field], 0)]);
  const merged = HISTOGRAMS.map((name) => [name, mergeHistograms(...all.map((counts) => counts[name]))]);
  return { ...NO_COUNTS, ...Object.fromEntries(numbers), ...Object.fromEntries(merged) };
}

const edgeKey = ({ client, server, port }: EdgeRow) =>
  `${keyText(workloadOf(client))} ${keyText(workloadOf(server))} ${port}`;

test('sums and merged histograms in SQL are those in TypeScript, at every grain', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(row, { maxLength: 12 }), { maxLength: 5 }), async (batches) => {
      const store = await openStore(':memory:');
      for (const rows of batches) await store.append({ rows });
      const rows = batches.flat();

      const edges = await store.edges(ALWAYS);
      const named = edges.map(({ client, server, port, counts }) => [
        `${keyText(client)} ${keyText(server)} ${port}`,
        counts,
      ]);
      expect(Object.fromEntries(named)).toEqual(Object.fromEntries(summed(rows, edgeKey)));
      expect(edges).toHaveLength(summed(rows, edgeKey).size);

      const series = await store.series(ALWAYS);
      expect(series.map(({ window }) => window)).toEqual(series.map(({ window }) => window).toSorted());
      const windows = series.map(({ window, client, server, port, counts }) => [
        `${window} ${keyText(client)} ${keyText(server)} ${port}`,
        counts,
      ]);
      expect(Object.fromEntries(windows)).toEqual(
        Object.fromEntries(summed(rows, (row) => `${row.window} ${edgeKey(row)}`)),
      );

      const leaves = await store.leaves(ALWAYS);
      const pods = leaves.map(({ client, server, port, counts }) => [
        `${client.tags.pod} ${server.tags.pod} ${port}`,
        counts,
      ]);
      expect(Object.fromEntries(pods)).toEqual(
        Object.fromEntries(
          summed(rows, ({ client, server, port }) => `${client.tags.pod} ${server.tags.pod} ${port}`),
        ),
      );
      await store.close();
    }),
    { numRuns: 15 },
  );
});

test('adjacent periods share no window and leave none out', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: -1, max: 7 * WINDOW_MICROS }),
      async (rows, cut) => {
        const store = await openStore(':memory:');
        await store.append({ rows });
        const requests = async (period: Period) =>
          (await store.edges(period)).reduce((sum, { counts }) => sum + counts.requests, 0);
        const parts = [
          await requests({ from: 0, to: START + cut }),
          await requests({ from: START + cut, to: 4e15 }),
        ];
        expect(parts[0]! + parts[1]!).toBe(await requests(ALWAYS));
        await store.close();
      },
    ),
    { numRuns: 12 },
  );
});

describe('with a few edges', () => {
  async function shop() {
    const store = await openStore(':memory:');
    await store.append({
      rows: [
        {
          window: START,
          client: podEnd('front'),
          server: podEnd('cart'),
          port: 80,
          counts: { ...NO_COUNTS, requests: 1 },
        },
        {
          window: START,
          client: podEnd('cart'),
          server: podEnd('redis'),
          port: 6379,
          counts: { ...NO_COUNTS, requests: 2 },
        },
      ],
    });
    return store;
  }

  test('series and leaves can be had for some of them', async () => {
    const store = await shop();
    const [first, second] = await store.edges(ALWAYS);
    expect((await store.series(ALWAYS, [second!])).map(({ counts }) => counts.requests)).toEqual([1]);
    expect(await store.leaves(ALWAYS, [first!, second!])).toHaveLength(2);
    expect(await store.series(ALWAYS, [])).toEqual([]);
    expect(await store.leaves(ALWAYS, [{ ...first!, server: { namespace: 'no', workload: 'one' } }])).toEqual(
      [],
    );
    await store.close();
  });

  test('nodes are both ends of them', async () => {
    const store = await shop();
    expect((await store.nodes(ALWAYS)).map(({ workload }) => workload)).toEqual(['cart', 'front', 'redis']);
    expect(await store.nodes({ from: 0, to: START })).toEqual([]);
    await store.close();
  });
});
