import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomOf } from '../testing/random.ts';
import { adjusted, rejectedByEvidence } from './false-discoveries.ts';

const probabilities = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });
const Q = 0.05;

test('an adjusted probability is never smaller than the probability, and keeps the order', () => {
  fc.assert(
    fc.property(probabilities, fc.nat(100), (p, more) => {
      const q = adjusted(p, p.length + more);
      p.forEach((own, i) => {
        expect(q[i]!).toBeGreaterThanOrEqual(own);
        expect(q[i]!).toBeLessThanOrEqual(1);
        p.forEach((other, j) => {
          if (own < other) expect(q[i]!).toBeLessThanOrEqual(q[j]!);
        });
      });
    }),
  );
});

test('more tests reject no more, smaller probabilities no less', () => {
  fc.assert(
    fc.property(probabilities, fc.nat(40), fc.nat(100), (p, index, more) => {
      const rejected = (list: readonly number[], tests: number) =>
        adjusted(list, tests).filter((q) => q <= Q).length;
      expect(rejected(p, p.length + more)).toBeLessThanOrEqual(rejected(p, p.length));
      const smaller = p.map((own, i) => (i === index ? own / 10 : own));
      expect(rejected(smaller, p.length)).toBeGreaterThanOrEqual(rejected(p, p.length));
      // The step-up never rejects what a single test at q would not.
      expect(rejected(p, p.length)).toBeLessThanOrEqual(p.filter((own) => own <= Q).length);
    }),
  );
});

test('e-values: larger evidence is rejected first, more evidence rejects no less, more tests no more', () => {
  const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(values, fc.nat(100), fc.nat(40), (e, more, index) => {
      const rejected = rejectedByEvidence(e, e.length, Q);
      const count = (flags: readonly boolean[]) => flags.filter(Boolean).length;
      const kept = e.filter((_, i) => !rejected[i]);
      const gone = e.filter((_, i) => rejected[i]);
      for (const value of gone) {
        expect(value * gone.length).toBeGreaterThanOrEqual(e.length / Q);
        for (const other of kept) expect(value).toBeGreaterThanOrEqual(other);
      }
      expect(count(rejectedByEvidence(e, e.length + more, Q))).toBeLessThanOrEqual(count(rejected));
      const grown = e.map((value, i) => (i === index ? 10 * value : value));
      expect(count(rejectedByEvidence(grown, e.length, Q))).toBeGreaterThanOrEqual(count(rejected));
    }),
  );
});

test('where nothing is true, at most a share q of nights rejects anything', () => {
  const random = randomOf(11);
  const nights = 2_000;
  let [byProbability, byEvidence] = [0, 0];
  for (let night = 0; night < nights; night++) {
    // Half of the tests share one cause: dependence must not matter.
    const shared = random.next();
    const p = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? shared : random.next()));
    if (adjusted(p, p.length).some((q) => q <= Q)) byProbability++;
    // 1 / (2 √p) has the mean 1 under the null: an e-value.
    const e = p.map((own) => 0.5 / Math.sqrt(Math.max(own, 1e-12)));
    if (rejectedByEvidence(e, e.length, Q).some(Boolean)) byEvidence++;
  }
  expect(byProbability / nights).toBeLessThanOrEqual(Q);
  expect(byEvidence / nights).toBeLessThanOrEqual(Q);
});
