import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BUCKETS, bucketOf, histogramOf, lowerBound, merge, quantile, total } from './histogram.ts';

test('a value lies between the bounds of its bucket', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 27 - 1 }), (micros) => {
      const bucket = bucketOf(micros);
      expect(lowerBound(bucket)).toBeLessThanOrEqual(micros);
      expect(lowerBound(bucket + 1)).toBeGreaterThan(micros);
    }),
  );
});

test('buckets are consecutive and end where the kernel table ends', () => {
  for (let bucket = 0; bucket < BUCKETS - 1; bucket++) {
    expect(bucketOf(lowerBound(bucket + 1))).toBe(bucket + 1);
    expect(bucketOf(lowerBound(bucket + 1) - 1)).toBe(bucket);
  }
  expect(bucketOf(Number.MAX_SAFE_INTEGER)).toBe(BUCKETS - 1);
});

test('merging histograms is the histogram of all values', () => {
  const values = fc.array(fc.integer({ min: 0, max: 10 ** 8 }));
  fc.assert(
    fc.property(values, values, (a, b) => {
      expect(merge(histogramOf(a), histogramOf(b))).toEqual(histogramOf([...a, ...b]));
    }),
  );
});

test('a quantile is within a bucket width of the exact one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 10 ** 7 }), { minLength: 1 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (values, q) => {
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(q * sorted.length - 1e-9) - 1)]!;
        const got = quantile(histogramOf(values), q)!;
        expect(Math.abs(got - exact)).toBeLessThanOrEqual(Math.max(1, exact / 16));
      },
    ),
  );
  expect(quantile(histogramOf([]), 0.5)).toBeNull();
  expect(total(histogramOf([1, 2, 3]))).toBe(3);
});
