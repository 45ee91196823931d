import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eValue, lnEValue, pValue } from './e-value.ts';

test('e-values and p-values are finite, monotone and never more certain than the evidence', () => {
  const evidence = fc.double({ min: -5, max: 600, noNaN: true });
  const steps = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(evidence, evidence, steps, (one, other, n) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)].map((each) => ({ evidence: each }));
      expect(Number.isFinite(eValue(high!, n))).toBe(true);
      expect(lnEValue(low!, n)).toBeLessThanOrEqual(lnEValue(high!, n) + 1e-9);
      expect(pValue(low!, n)).toBeGreaterThanOrEqual(pValue(high!, n));
      expect(lnEValue(high!, n)).toBeLessThanOrEqual(Math.max(high!.evidence, 0));
      expect(lnEValue(high!, n + 1)).toBeLessThanOrEqual(lnEValue(high!, n) + 1e-9);
    }),
  );
});

test('the adjuster spends no more than a running maximum may: the integral of A(m) / m² from 1 is 1', () => {
  let sum = 0;
  const width = 0.001;
  for (let l = width / 2; l < 2_000; l += width) sum += Math.exp(lnEValue({ evidence: l }, 1) - l) * width;
  expect(sum).toBeGreaterThan(0.99);
  expect(sum).toBeLessThanOrEqual(1);
});
