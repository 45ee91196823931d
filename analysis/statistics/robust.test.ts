import { describe, expect, test } from 'vitest';
import { randomOf } from '../testing/random.ts';
import { FALSE_REPORTS } from '../thresholds.ts';
import { quietBelief } from './belief.ts';
import { median, quantile } from './quantile.ts';
import { heavyReturnLevel, returnLevel } from './return-level.ts';
import { tailOf } from './tail-shape.ts';

test('quantiles are of the known values', () => {
  expect(median(Float64Array.of(3, Number.NaN, 1, 2))).toBe(2);
  expect(quantile(Float64Array.of(0, 10), 0.25)).toBe(2.5);
  expect(median(Float64Array.of(Number.NaN))).toBeNaN();
  expect(median(Float64Array.of(-1, -20, 3))).toBe(-1);
});

describe('return level', () => {
  const draws = (seed: number, count: number, of: (random: ReturnType<typeof randomOf>) => number) => {
    const random = randomOf(seed);
    return Float64Array.from({ length: count }, () => of(random));
  };

  test.each([
    ['light', (random: ReturnType<typeof randomOf>) => random.normal()],
    ['exponential', (random: ReturnType<typeof randomOf>) => -Math.log(1 - random.next())],
  ])('a %s tail hardly ever exceeds it, however many are drawn', (_, of) => {
    let exceeded = 0;
    for (let seed = 0; seed < 200; seed++) {
      const level = returnLevel(draws(seed, 500, of), 100);
      if (Math.max(...draws(seed + 5000, 100, of)) > level) exceeded++;
    }
    expect(exceeded).toBeLessThanOrEqual(Math.ceil(200 * FALSE_REPORTS) + 1);
  });

  test('never below what was seen, higher the more is asked, in the unit of the values', () => {
    const past = draws(1, 300, (random) => random.normal());
    const level = returnLevel(past, 100);
    expect(level).toBeGreaterThanOrEqual(Math.max(...past));
    expect(returnLevel(past, 1000)).toBeGreaterThan(level);
    const scaled = returnLevel(
      past.map((value) => 7 * value + 3),
      100,
    );
    expect(scaled).toBeCloseTo(7 * level + 3, 9);
  });

  test('a heavy tail is told from an exponential one, and its level is higher', () => {
    const heavy = draws(1, 2000, (random) => (1 - random.next()) ** (-1 / 2) - 1);
    expect(tailOf(heavy).shape).toBeGreaterThan(0.3);
    expect(heavyReturnLevel(heavy, 1000)).toBeGreaterThan(2 * returnLevel(heavy, 1000));
    const light = draws(2, 2000, (random) => -Math.log(1 - random.next()));
    expect(tailOf(light).shape).toBeLessThan(0.1);
    expect(heavyReturnLevel(new Float64Array(), 1)).toBe(Number.POSITIVE_INFINITY);
  });

  test('nothing exceeds a past that is not known', () => {
    expect(returnLevel(new Float64Array(), 1)).toBe(Number.POSITIVE_INFINITY);
    expect(returnLevel(Float64Array.of(Number.NaN), 1)).toBe(Number.POSITIVE_INFINITY);
  });
});

test('an incident in the past does not change what its quiet part says', () => {
  const random = randomOf(4);
  const quiet = Array.from({ length: 400 }, () => ({ bad: random.poisson(1), total: 500 }));
  const incident = Array.from({ length: 12 }, () => ({ bad: 200 + random.poisson(20), total: 500 }));
  const [without, with_] = [quietBelief(quiet), quietBelief([...incident, ...quiet])];
  expect(with_.mean).toBeCloseTo(without.mean, 4);
  expect(without.mean).toBeCloseTo(0.002, 3);
  expect(with_.weight / without.weight).toBeCloseTo(1, 1);
});

test('a past without bad events is a rate near 0 that is known as well as its events are many', () => {
  const { mean, weight } = quietBelief(Array.from({ length: 100 }, () => ({ bad: 0, total: 10 })));
  expect(mean).toBeCloseTo(0.0005, 5);
  expect(weight).toBe(1001);
  expect(quietBelief([]).weight).toBe(1);
});
