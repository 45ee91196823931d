import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomOf } from '../testing/random.ts';
import { KEPT, rankP, ranksOf } from './ranks.ts';

const exact = (seen: readonly number[], size: number) =>
  (1 + seen.filter((each) => each >= size).length) / (seen.length + 1);

test('p is the share of quiet sizes at least as large, the new one among them', () => {
  const sizes = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 60 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: -6, max: 6 }), (seen, size) => {
      expect(rankP(ranksOf(Float32Array.from(seen)), size)).toBeCloseTo(exact(seen, size), 12);
    }),
  );
});

test('of many sizes the tail stays exact, and the rest is never too small', () => {
  const random = randomOf(1);
  const seen = Array.from({ length: 20_000 }, () => Math.fround(random.normal()));
  const ranks = ranksOf(Float32Array.from(seen));
  expect(ranks.sizes.length).toBe(2 * KEPT);
  for (let i = 0; i < 200; i++) {
    const size = Math.fround(4 * random.normal());
    const p = rankP(ranks, size);
    expect(p).toBeGreaterThanOrEqual(exact(seen, size) - 1e-12);
    expect(p).toBeLessThanOrEqual(exact(seen, size) + 1.1 / KEPT);
    if (exact(seen, size) < KEPT / 20_000) expect(p).toBeCloseTo(exact(seen, size), 12);
  }
});

test('what is missing speaks for nothing', () => {
  expect(rankP(ranksOf(Float32Array.of(1, Number.NaN, 2)), Number.NaN)).toBe(1);
  expect(rankP(ranksOf(new Float32Array()), 7)).toBe(1);
});
