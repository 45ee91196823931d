import { describe, expect, test } from 'vitest';
import { randomOf } from '../testing/random.ts';
import { exceedanceChance } from './extreme.ts';
import { clumpOf, firstChance, nothingChance, usualFirsts } from './silence.ts';

describe('the chance of a first meeting', () => {
  test('of one meeting it is the share of the recent bins, of many next to nothing', () => {
    expect(firstChance(1, 10, 90)).toBeCloseTo(0.1, 12);
    // C(10, 2) / C(100, 2)
    expect(firstChance(2, 10, 90)).toBeCloseTo(45 / 4950, 12);
    expect(firstChance(10, 10, 90)).toBeLessThan(1e-12);
    expect(firstChance(3, 10, 0)).toBe(1);
    expect(firstChance(50, 10, 90)).toBe(firstChance(10, 10, 90));
  });

  test('what comes at random is rarely taken for new', () => {
    const random = randomOf(3);
    let [first, told] = [0, 0];
    for (let world = 0; world < 20_000; world++) {
      const rate = 0.02 * random.next();
      const met = Array.from({ length: 200 }, (_, bin) => bin).filter(() => random.next() < rate);
      if (met.length === 0 || met[0]! < 150) continue;
      first++;
      if (firstChance(met.length, 50, 150) <= 0.05) told++;
    }
    expect(first).toBeGreaterThan(500);
    // Of all that was met in the recent bins (about a third of the worlds), not only of what was met there first.
    expect(told / 20_000).toBeLessThan(0.05);
  });
});

describe('the chance of nothing', () => {
  const fill = (n: number, of: (i: number) => number) => Array.from({ length: n }, (_, i) => of(i));

  test('is small for what always was, and large for what varies, clumps or rests', () => {
    expect(
      nothingChance(
        fill(50, () => 30),
        1,
      ),
    ).toBeLessThan(1e-9);
    expect(
      nothingChance(
        fill(4, () => 30),
        1,
      ),
    ).toBe(1);
    expect(
      nothingChance(
        fill(50, (i) => (i % 10 === 0 ? 0 : 300)),
        1,
      ),
    ).toBeGreaterThanOrEqual(0.1);
    expect(
      nothingChance(
        fill(50, () => 400),
        400,
      ),
    ).toBeGreaterThan(0.3);
    expect(
      nothingChance(
        fill(50, () => 0),
        1,
      ),
    ).toBe(1);
  });

  test('holds for counts of any dispersion', () => {
    const random = randomOf(5);
    let [asked, told] = [0, 0];
    for (let world = 0; world < 4000; world++) {
      const mean = 6 * random.next();
      const size = 1 + Math.floor(20 * random.next());
      const counts = Float64Array.from({ length: 21 * 10 }, () =>
        random.next() < mean / 10 ? random.poisson(size) : 0,
      );
      const blocks = fill(21, (i) => counts.subarray(10 * i, 10 * i + 10).reduce((a, b) => a + b, 0));
      const now = blocks.pop()!;
      if (blocks.every((n) => n === 0)) continue;
      asked++;
      if (now === 0 && nothingChance(blocks, clumpOf(counts.subarray(0, 200))) <= 0.05) told++;
    }
    expect(told / asked).toBeLessThan(0.05);
  });
});

test('the usual number of firsts: what was met once weighs most, a longer future is not foretold', () => {
  expect(usualFirsts([1, 1, 1, 1, 2, 30], 0.5)).toBeCloseTo(4 * 0.5 - 0.25, 12);
  expect(usualFirsts([1], 1.5)).toBeNull();
  expect(usualFirsts([2, 2], 0.5)).toBe(0);
});

test('exceedance: a rank within the past, a tail beyond it', () => {
  const past = Float64Array.from({ length: 99 }, (_, i) => i + 1);
  expect(exceedanceChance(past, 50, 1)).toBeCloseTo(0.51, 12);
  expect(exceedanceChance(past, 99, 1)).toBeCloseTo(0.02, 12);
  expect(exceedanceChance(past, 150, 1)).toBeLessThan(1e-4);
  expect(exceedanceChance(new Float64Array(), 0, 1)).toBe(1);
  expect(exceedanceChance(new Float64Array(99), 200, 1)).toBeLessThan(1e-80);
});
