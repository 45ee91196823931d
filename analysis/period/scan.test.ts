import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Stretch, strongestStretch, type Track } from './scan.ts';

const track = (rates: readonly number[], total = 100): Track => ({
  bad: Float64Array.from(rates, (rate) => Math.round(rate * total)),
  total: Float64Array.from(rates, () => total),
  correlation: 0,
});
const open = (length: number): Uint8Array => new Uint8Array(length);

test('any raised stretch is found with its ends, also where the scan starts coarse', () => {
  const place = fc.tuple(fc.integer({ min: 20, max: 360 }), fc.nat(1000), fc.nat(1000));
  fc.assert(
    fc.property(place, ([windows, a, b]) => {
      const from = a % (windows - 2);
      // Coarse blocks of a few windows must not hide what is longer than one of them.
      const to = Math.min(windows - (from === 0 ? 1 : 0), from + Math.ceil(windows / 36) + (b % 40));
      const rates = Array.from({ length: windows }, (_, i) => (i >= from && i < to ? 0.5 : 0.01));
      const found = strongestStretch(track(rates), open(windows));
      expect(found).toMatchObject({ from, to } satisfies Partial<Stretch>);
    }),
  );
});

test('nothing bad is nothing, and skipped windows do not count', () => {
  expect(strongestStretch(track(Array(40).fill(0)), open(40))).toBeNull();
  expect(strongestStretch(track([]), open(0))).toBeNull();
  const two = Array.from({ length: 60 }, (_, i) => (i >= 50 ? 0.4 : i >= 20 && i < 30 ? 0.9 : 0.01));
  const skip = open(60);
  expect(strongestStretch(track(two), skip)).toMatchObject({ from: 20, to: 30 });
  skip.fill(1, 20, 30);
  expect(strongestStretch(track(two), skip)).toMatchObject({ from: 50, to: 60 });
});
