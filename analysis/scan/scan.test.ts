import { describe, expect, test } from 'vitest';
import { randomOf } from '../testing/random.ts';
import { scanCounts, scanForecast, type TagSet, tagTable } from './index.ts';

const TAGS = ['version', 'zone', 'node'];

/** 4 versions × 3 zones × 5 nodes. */
function leaves(): string[][] {
  const rows: string[][] = [];
  for (let v = 0; v < 4; v++)
    for (let z = 0; z < 3; z++) for (let n = 0; n < 5; n++) rows.push([`v${v}`, `z${z}`, `n${n}`]);
  return rows;
}
const inside = (row: readonly string[], set: TagSet) =>
  set.every(({ tag, value }) => row[TAGS.indexOf(tag)] === value);
const of = (sets: readonly TagSet[]) =>
  sets.map((set) => set.map(({ tag, value }) => `${tag}=${value}`).join('&')).sort();

const DOMAINS: readonly TagSet[] = [
  [{ tag: 'version', value: 'v2' }],
  [{ tag: 'zone', value: 'z1' }],
  [
    { tag: 'version', value: 'v1' },
    { tag: 'zone', value: 'z2' },
  ],
  [
    { tag: 'version', value: 'v3' },
    { tag: 'zone', value: 'z0' },
    { tag: 'node', value: 'n4' },
  ],
];

describe('the scan of counts', () => {
  test.each(DOMAINS)('names %j, whatever the mix of traffic', (...set) => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = randomOf(seed);
      const rows = leaves();
      const total = rows.map(() => 200 + Math.floor(1000 * random.next()));
      // Zones differ by themselves: that is no excess.
      const usual = rows.map((row) => (row[1] === 'z2' ? 0.03 : 0.01));
      const past = Float64Array.from(rows, (_, i) => random.poisson(4 * total[i]! * usual[i]!));
      const now = Float64Array.from(rows, (row, i) =>
        random.poisson(total[i]! * (inside(row, set) ? usual[i]! + 0.1 : usual[i]!)),
      );
      const found = scanCounts(
        tagTable(TAGS, rows),
        { bad: now, total: Float64Array.from(total) },
        { bad: past, total: Float64Array.from(total, (value) => 4 * value) },
      );
      expect(of([found!.domain])).toEqual(of([set]));
      expect(found!.bad).toBeGreaterThan(found!.expected);
    }
  });

  test('is silent where nothing is above its past', () => {
    const rows = leaves();
    const total = new Float64Array(rows.length).fill(100);
    const found = scanCounts(
      tagTable(TAGS, rows),
      { bad: new Float64Array(rows.length), total },
      { bad: new Float64Array(rows.length).fill(2), total },
    );
    expect(found).toBeNull();
  });

  test('has an answer for no leaves at all', () => {
    const nothing = { bad: new Float64Array(), total: new Float64Array() };
    expect(scanCounts(tagTable(TAGS, []), nothing, nothing)).toBeNull();
    const forecast = { real: new Float64Array(), predicted: new Float64Array() };
    expect(scanForecast(tagTable(TAGS, []), forecast)).toEqual([]);
  });
});

describe('the scan of forecasts', () => {
  const measured = (seed: number, sets: readonly TagSet[]) => {
    const random = randomOf(seed);
    const rows = leaves().flatMap((row) => Array.from({ length: 8 }, (_, i) => [...row, `i${i}`]));
    const predicted = Float64Array.from(rows, () => 1 + 200 * random.next() ** 3);
    const real = Float64Array.from(rows, (row, i) => {
      const noisy = predicted[i]! * (1 + 0.05 * random.normal());
      return sets.some((set) => inside(row, set)) ? noisy * 0.5 : noisy;
    });
    return scanForecast(tagTable([...TAGS, 'instance'], rows), { real, predicted });
  };

  test('finds several causes, and each exactly', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const sets = [DOMAINS[0]!, DOMAINS[3]!];
      expect(of(measured(seed, sets))).toEqual(of(sets));
    }
  });

  test('finds nothing in noise', () => {
    const found = Array.from({ length: 40 }, (_, seed) => measured(seed + 100, []).length);
    expect(found.filter((count) => count > 0).length).toBeLessThanOrEqual(1);
  });
});
