import { expect, test } from 'vitest';
import { randomOf } from '../testing/random.ts';
import { explain } from './explain.ts';
import { applied } from './window.ts';

/** One edge whose second channel follows the first, straight and squared. */
function following(steps: number) {
  const random = randomOf(5);
  const values = new Float32Array(2 * steps);
  for (let step = 0; step < steps; step++) {
    const cause = random.normal();
    values[2 * step] = cause;
    values[2 * step + 1] = 0.8 * cause + 0.5 * cause ** 2 + 0.2 * random.normal();
  }
  return { edges: 1, steps, channels: 2, values };
}

const spread = (values: Float32Array) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};

test('what a channel shows beyond the channels before it is left over, in its own scale', () => {
  const past = following(2_000);
  const explained = explain(past);
  const { rest } = applied(past, explained);
  const left = rest.filter((_, i) => i % 2 === 1);
  expect(Math.abs(spread(left) - 1)).toBeLessThan(0.15);
  expect(explained.scales[1]).toBeCloseTo(0.2, 1);
  // The first channel follows nothing.
  expect(Math.abs(spread(rest.filter((_, i) => i % 2 === 0)) - 1)).toBeLessThan(0.15);
});

test('little past explains little, and no past nothing', () => {
  const slope = (steps: number) => explain(following(steps)).weights[5 + 1]!;
  expect(slope(2_000)).toBeCloseTo(0.8, 1);
  expect(Math.abs(slope(5))).toBeLessThan(0.3);
  expect([...explain({ edges: 1, steps: 0, channels: 2, values: new Float32Array() }).weights]).toEqual(
    new Array(10).fill(0),
  );
});

test('missing and absurd values leave the rest as it is', () => {
  const past = following(500);
  past.values[101] = Number.NaN;
  past.values[100] = 1e30;
  past.values[201] = Number.POSITIVE_INFINITY;
  const explained = explain(past);
  expect([...explained.weights, ...explained.scales].every(Number.isFinite)).toBe(true);
  expect(applied(past, explained).rest[101]).toBeNaN();
});
