import { expect, test } from 'vitest';
import { collected } from './collect.ts';

test('scored steps become residuals of the chosen channels; edges that come later are missing before', () => {
  const found = collected(
    [
      { rows: 1, z: Float32Array.of(1, 2, 3) },
      { rows: 2, z: Float32Array.of(4, Number.NaN, 6, 7, 8, 9) },
    ],
    3,
    [2, 1],
  );
  expect(found).toMatchObject({ edges: 2, steps: 2, channels: 2 });
  expect([...found.values]).toEqual([3, 2, 6, Number.NaN, Number.NaN, Number.NaN, 9, 8]);
});

test('no steps are no edges', () => {
  expect(collected([], 3, [0]).edges).toBe(0);
});
