import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomOf } from '../testing/random.ts';
import { dispersionOf, homogeneity, intraclass, poolDispersion } from './dispersion.ts';
import { countOf, rateRatio } from './ratio.ts';
import { chiSquareTail, lnGamma } from './special.ts';
import { betaBinomialTail, excessLikelihood } from './tail.ts';

describe('tails', () => {
  test('known values', () => {
    expect(Math.exp(lnGamma(5))).toBeCloseTo(24, 9);
    expect(Math.exp(lnGamma(0.5))).toBeCloseTo(Math.sqrt(Math.PI), 9);
    expect(chiSquareTail(3.841458820694124, 1)).toBeCloseTo(0.05, 9);
    expect(chiSquareTail(18.307038053275146, 10)).toBeCloseTo(0.05, 9);
    // With a uniform rate every count from 0 to n is equally likely.
    expect(betaBinomialTail(8, 10, 1, 1)).toBeCloseTo(3 / 11, 12);
    expect(betaBinomialTail(0, 10, 1, 1)).toBe(1);
  });

  test('a sharp belief gives the binomial tail', () => {
    // P(K >= 5), n = 20, p = 0.1.
    expect(betaBinomialTail(5, 20, 1e7, 9e7)).toBeCloseTo(0.0431745, 5);
  });

  test('more bad events are never less surprising, a wider belief never more', () => {
    const n = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(n, fc.double({ min: 0.001, max: 0.5, noNaN: true }), fc.nat(399), (total, mean, at) => {
        const k = Math.min(total, Math.max(at % (total + 1), Math.ceil(total * mean) + 1));
        const tail = (bad: number, weight: number) =>
          betaBinomialTail(bad, total, mean * weight, (1 - mean) * weight);
        if (k < total) expect(tail(k + 1, 100)).toBeLessThanOrEqual(tail(k, 100) * (1 + 1e-9));
        expect(tail(k, 100)).toBeGreaterThanOrEqual(0);
        expect(tail(k, 100)).toBeLessThanOrEqual(1);
        if (k > 2 * total * mean + 5) expect(tail(k, 20)).toBeGreaterThanOrEqual(tail(k, 200) * (1 - 1e-9));
      }),
    );
  });

  test('an excess has a likelihood, a lack has none, and the tightest group has most', () => {
    expect(excessLikelihood(3, 100, 5)).toBe(0);
    expect(excessLikelihood(0, 0, 0)).toBe(0);
    const tight = excessLikelihood(50, 100, 1);
    expect(tight).toBeGreaterThan(excessLikelihood(50, 200, 2));
    expect(tight).toBeGreaterThan(excessLikelihood(25, 50, 0.5));
  });
});

describe('dispersion', () => {
  const windows = (seed: number, correlation: number) => {
    const random = randomOf(seed);
    return Array.from({ length: 400 }, () => {
      // Half of the windows at each of two rates, so that their variance is the correlation times r(1 - r).
      const rate = 0.2 + (random.next() < 0.5 ? 1 : -1) * Math.sqrt(correlation * 0.2 * 0.8);
      let bad = 0;
      for (let i = 0; i < 100; i++) if (random.next() < rate) bad++;
      return { bad, total: 100 };
    });
  };

  test.each([0, 0.02, 0.1])('the intra-class correlation %d is found again', (correlation) => {
    expect(intraclass(dispersionOf(windows(3, correlation)))).toBeCloseTo(correlation, 1.7);
    const pooled = poolDispersion([1, 2, 3].map((seed) => dispersionOf(windows(seed, correlation))));
    expect(intraclass(pooled)).toBeCloseTo(correlation, 1.7);
  });

  test('nothing to estimate from gives 0', () => {
    expect(intraclass(dispersionOf([]))).toBe(0);
    expect(intraclass(dispersionOf([{ bad: 1, total: 10 }]))).toBe(0);
    expect(
      intraclass(
        dispersionOf([
          { bad: 0, total: 10 },
          { bad: 0, total: 9 },
        ]),
      ),
    ).toBe(0);
  });

  test('alike groups are alike, different ones are not, and noise is forgiven', () => {
    expect(
      homogeneity(
        [
          { bad: 50, total: 100 },
          { bad: 52, total: 100 },
        ],
        0,
      ),
    ).toBeGreaterThan(0.5);
    expect(
      homogeneity(
        [
          { bad: 50, total: 100 },
          { bad: 80, total: 100 },
        ],
        0,
      ),
    ).toBeLessThan(1e-4);
    expect(
      homogeneity(
        [
          { bad: 50, total: 100 },
          { bad: 80, total: 100 },
        ],
        0.1,
      ),
    ).toBeGreaterThan(0.05);
    expect(homogeneity([{ bad: 5, total: 5 }], 0)).toBe(1);
  });
});

test('a rate ratio covers the truth in 95 of 100 samples', () => {
  const random = randomOf(11);
  const draw = (rate: number) => {
    let bad = 0;
    for (let i = 0; i < 400; i++) if (random.next() < rate) bad++;
    return countOf(bad, 400);
  };
  let covered = 0;
  for (let i = 0; i < 1000; i++) {
    const { low, high } = rateRatio(draw(0.2), draw(0.1));
    if (low <= 2 && high! >= 2) covered++;
  }
  expect(covered).toBeGreaterThan(920);
  expect(rateRatio(countOf(5, 10), countOf(0, 0)).high).toBeNull();
});
