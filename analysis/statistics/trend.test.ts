import { describe, expect, test } from 'vitest';
import { randomOf } from '../testing/random.ts';
import { trendOf } from './trend.ts';

const places = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Noise of which each value keeps a share of the one before. */
function noise(n: number, keep: number, seed: number): number[] {
  const random = randomOf(seed);
  let last = random.normal() / Math.sqrt(1 - keep * keep);
  return places(n).map(() => {
    last = keep * last + random.normal();
    return last;
  });
}

describe('trend', () => {
  test('a line is found through wild values, with an interval around it', () => {
    const y = noise(60, 0, 1).map((value, i) => 10 + 0.5 * i + value + (i % 9 === 0 ? 80 : 0));
    const trend = trendOf(places(60), y)!;
    expect(trend.slope).toBeCloseTo(0.5, 1);
    expect(trend.low).toBeLessThan(0.5);
    expect(trend.high).toBeGreaterThan(0.5);
    expect(trend.low).toBeGreaterThan(0.3);
    expect(trend.p).toBeLessThan(1e-4);
    expect(trend.at(60)).toBeGreaterThan(35);
    expect(trend.at(60)).toBeLessThan(48);
  });

  test('an exact line is certain, a constant has no trend, few points say nothing', () => {
    const line = trendOf(
      places(10),
      places(10).map((i) => 3 * i),
    )!;
    expect([line.slope, line.low, line.high]).toEqual([3, 3, 3]);
    expect(line.p).toBeLessThan(1e-3);
    expect(trendOf(places(10), Array<number>(10).fill(4))).toMatchObject({ slope: 0, p: 1 });
    expect(trendOf(places(7), places(7))).toBeNull();
    expect(trendOf(Array<number>(10).fill(1), places(10))).toBeNull();
  });

  test.each([0, 0.5, 0.8])('noise that keeps %f of its value is not taken for a trend', (keep) => {
    const worlds = 400;
    let told = 0;
    for (let seed = 0; seed < worlds; seed++) {
      if (trendOf(places(60), noise(60, keep, 100 + seed))!.p <= 0.05) told++;
    }
    // Nominal 20 of 400; more than 34 have a chance of 1 in 500.
    expect(told).toBeLessThanOrEqual(34);
  });

  test('the interval holds the true slope as often as it says', () => {
    let held = 0;
    for (let seed = 0; seed < 300; seed++) {
      const y = noise(60, 0.3, 900 + seed).map((value, i) => 0.1 * i + value);
      const { low, high } = trendOf(places(60), y)!;
      if (low <= 0.1 && high >= 0.1) held++;
    }
    expect(held / 300).toBeGreaterThan(0.92);
  });
});
