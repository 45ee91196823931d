import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EdgeReader, openStore, WINDOW_MICROS } from '../../graph/index.ts';
import { histogramTotal } from '../../probe/index.ts';
import { randomOf } from '../statistics/random.ts';
import { memoryReader } from '../testing/memory-reader.ts';
import { START, simulate } from '../testing/simulate.ts';
import { binomial, interval } from './binomial.ts';
import { addedBy } from './faults.ts';
import { selfTest } from './index.ts';
import { injected } from './injected.ts';

const micros = (seconds: number): number => START + seconds * 1_000_000;

test('a binomial count has the mean and the spread of one, however it is drawn', () => {
  const random = randomOf(7);
  for (const [n, chance] of [
    [50, 0.1],
    [1_000, 0.002],
    [5_000, 0.3],
  ] as const) {
    const drawn = Array.from({ length: 2_000 }, () => binomial(random, n, chance));
    const mean = drawn.reduce((a, b) => a + b, 0) / drawn.length;
    const variance = drawn.reduce((sum, k) => sum + (k - mean) ** 2, 0) / drawn.length;
    expect(mean / (n * chance)).toBeCloseTo(1, 1);
    expect(variance / (n * chance * (1 - chance))).toBeGreaterThan(0.85);
    expect(variance / (n * chance * (1 - chance))).toBeLessThan(1.15);
    for (const k of drawn) expect(k >= 0 && k <= n).toBe(true);
  }
});

test('the interval holds the share, narrows with trials and never leaves 0 to 1', () => {
  expect(interval(71, 100)).toMatchObject({ low: expect.closeTo(0.615, 3), high: expect.closeTo(0.79, 3) });
  expect(interval(0, 0)).toEqual({ low: 0, high: 1 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(500), (trials, some) => {
      const hits = some % (trials + 1);
      const { low, high } = interval(hits, trials);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low).toBeLessThanOrEqual(hits / trials + 1e-12);
      expect(high).toBeGreaterThanOrEqual(hits / trials - 1e-12);
      const more = interval(4 * hits, 4 * trials);
      expect(more.high - more.low).toBeLessThan(high - low);
    }),
  );
});

test('what is put in shows the same in edges, series and leaves, and nothing else changes', async () => {
  const store = await openStore(':memory:');
  try {
    await store.append({ rows: simulate({ seed: 2, seconds: 60, load: 20 }) });
    const period = { from: START, to: micros(60) };
    const window = START + 2 * WINDOW_MICROS;
    const leaves = await store.leaves({ from: window, to: window + WINDOW_MICROS });
    const leaf = leaves.find(({ server }) => server.tags.workload === 'payment')!;
    const edge = 'shop/checkout>shop/payment:50051';
    const fault = { name: 'x', part: 'pod', errors: 0.5, slower: 3 } as const;
    const added = addedBy(fault, leaf, randomOf(1));
    expect(added.failedRequests).toBeGreaterThan(0);
    const copy = injected(store, [{ leaf, edge, window, added }]);
    const failures = async (reader: EdgeReader, ask: 'edges' | 'series' | 'leaves') =>
      (await reader[ask](period)).reduce((sum, { counts }) => sum + counts.failedRequests, 0);
    for (const ask of ['edges', 'series', 'leaves'] as const) {
      expect((await failures(copy, ask)) - (await failures(store, ask))).toBe(added.failedRequests);
      const text = async (reader: EdgeReader) =>
        new Set((await reader[ask](period)).map((row) => JSON.stringify(row)));
      const [was, is] = [await text(store), await text(copy)];
      const changed = [...is].filter((row) => !was.has(row));
      const [gone] = [...was].filter((row) => !is.has(row));
      expect(changed).toHaveLength(1);
      const total = (row: string) => histogramTotal(JSON.parse(row).counts.latency);
      expect(total(changed[0]!)).toBe(total(gone!));
    }
    const outside = await copy.series({ from: micros(40), to: micros(60) });
    expect(outside).toEqual(await store.series({ from: micros(40), to: micros(60) }));
  } finally {
    await store.close();
  }
});

test('plain faults are caught, none is caught where none is put in, and the store is only read', async () => {
  const rows = simulate({ seed: 3, seconds: 3_600, load: 4 });
  const reader = memoryReader(rows);
  const before = JSON.stringify(await reader.edges({ from: START, to: micros(3_600) }));
  const night = { from: START, to: micros(3_600) };
  const tested = await selfTest(reader, night, {
    faults: [
      { name: 'a 60 % error rise', part: 'pod', errors: 0.6 },
      { name: 'nothing', part: 'pod', errors: 0 },
    ],
    trials: 4,
    budget: 600_000,
  });
  const [plain, nothing] = tested;
  expect(plain).toMatchObject({ fault: 'a 60 % error rise on one pod', trials: 4 });
  expect(plain!.caught).toBeGreaterThanOrEqual(3);
  expect(nothing).toMatchObject({ caught: 0, trials: 4 });
  expect(JSON.stringify(await reader.edges({ from: START, to: micros(3_600) }))).toBe(before);
}, 600_000);

test('a budget that is spent begins no further case; an empty store has none', async () => {
  const rows = simulate({ seed: 4, seconds: 1_800, load: 2 });
  const night = { from: START, to: micros(1_800) };
  const tested = await selfTest(memoryReader(rows), night, { budget: 0 });
  expect(tested.map(({ trials, low, high }) => [trials, low, high])).toEqual(Array(4).fill([0, 0, 1]));
  expect(await selfTest(memoryReader([]), night)).toEqual([]);
});
