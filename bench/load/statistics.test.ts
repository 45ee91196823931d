import { expect, test } from 'vitest';
import { quantileOf, slopeOf, spreadOf } from './statistics.ts';

test('quantiles lie between the nearest numbers', () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, low: 1.75, high: 3.25 });
  expect(quantileOf([7], 0.9)).toBe(7);
  expect(quantileOf([], 0.5)).toBeNaN();
});

test('the slope of a line is its own, that of one point none', () => {
  expect(slopeOf([0, 1, 2, 5].map((x) => [x, 3 - 2 * x]))).toBeCloseTo(-2);
  expect(slopeOf([[1, 1]])).toBe(0);
});
