import fc from 'fast-check';
import { expect, test } from 'vitest';
import { autocorrelation, peaks } from './autocorrelation.ts';

/** As it is defined. */
function plain(values: Float64Array, lags: number): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const product = (lag: number): number => {
    let sum = 0;
    for (let i = lag; i < values.length; i++) sum += (values[i]! - mean) * (values[i - lag]! - mean);
    return sum;
  };
  return Array.from({ length: lags + 1 }, (_, lag) => product(lag) / product(0));
}

test('is the sum of products over the variance, at every lag', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 300 }),
      fc.integer({ min: 0, max: 299 }),
      (numbers, most) => {
        const values = Float64Array.from(numbers);
        fc.pre(values.some((value) => value !== values[0]));
        const lags = Math.min(most, values.length - 1);
        const expected = plain(values, lags);
        const found = autocorrelation(values, lags);
        expect(found.length).toBe(lags + 1);
        for (const [lag, each] of expected.entries()) expect(found[lag]).toBeCloseTo(each, 9);
      },
    ),
  );
});

test('a constant has none', () => {
  expect([...autocorrelation(new Float64Array(100).fill(7), 5)]).toEqual([0, 0, 0, 0, 0, 0]);
});

test('the highest peak of a cycle is its length', () => {
  const wave = Float64Array.from({ length: 600 }, (_, i) => Math.sin((2 * Math.PI * i) / 24));
  expect(peaks(autocorrelation(wave, 200), 4)[0]).toBe(24);
});
