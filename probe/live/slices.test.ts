import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sliceOf, WINDOW_MICROS } from './slices.ts';

test('a slice lies in one window, after the opening and ends where it is said to end', () => {
  const time = fc.integer({ min: 1, max: 100 * WINDOW_MICROS });
  fc.assert(
    fc.property(time, time, time, (opened, lastSweep, to) => {
      const slice = sliceOf(opened, lastSweep, to);
      expect(slice.to).toBe(to);
      expect(slice.from).toBeLessThanOrEqual(to);
      expect(slice.from).toBeGreaterThanOrEqual(Math.min(opened, to));
      if (slice.from < to)
        expect(Math.floor(slice.from / WINDOW_MICROS)).toBe(Math.floor((to - 1) / WINDOW_MICROS));
    }),
  );
});
