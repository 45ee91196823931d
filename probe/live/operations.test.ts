import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Operation } from '../flow.ts';
import { histogramOf, merge, total } from '../histogram.ts';
import { createNames, OTHER, topOperations } from './operations.ts';

test('names beyond the limit are other, until places become free', () => {
  const names = createNames(2);
  expect(['a', 'b', 'c', 'a'].map(names.admit)).toEqual(['a', 'b', OTHER, 'a']);
  expect([names.size, names.folded]).toEqual([2, 1]);
  names.age();
  expect(names.admit('b')).toBe('b');
  expect(names.admit('c')).toBe(OTHER);
  names.age();
  expect(names.admit('c')).toBe('c');
  expect(names.admit('a')).toBe(OTHER);
});

test('names are never more than the limit', () => {
  const use = fc.oneof(fc.constant(null), fc.nat(200).map(String));
  fc.assert(
    fc.property(fc.array(use, { maxLength: 300 }), (uses) => {
      const names = createNames(8);
      for (const name of uses) {
        if (name === null) names.age();
        else expect([name, OTHER]).toContain(names.admit(name));
        expect(names.size).toBeLessThanOrEqual(8);
      }
    }),
  );
});

const operation = fc
  .record({
    name: fc.oneof(fc.nat(40).map(String), fc.constant(OTHER)),
    failed: fc.nat(3),
    answers: fc.array(fc.tuple(fc.constantFrom(200, 404, 500), fc.nat(10_000)), {
      minLength: 1,
      maxLength: 4,
    }),
  })
  .map(
    ({ name, failed, answers }): Operation => ({
      name,
      requests: answers.length,
      failed,
      statuses: answers.map(([status]) => [status, 1] as const),
      latency: histogramOf(answers.map(([, micros]) => micros)),
    }),
  );

test('folding keeps every sum, and the most frequent names', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (all) => {
      const top = topOperations(all, 5);
      const sum = (operations: readonly Operation[], field: 'requests' | 'failed') =>
        operations.reduce((so, each) => so + each[field], 0);
      expect(sum(top, 'requests')).toBe(sum(all, 'requests'));
      expect(sum(top, 'failed')).toBe(sum(all, 'failed'));
      expect(total(merge(...top.map(({ latency }) => latency)))).toBe(sum(all, 'requests'));
      for (const status of [200, 404, 500]) {
        const count = (operations: readonly Operation[]) =>
          operations
            .flatMap(({ statuses }) => statuses)
            .reduce((so, [known, more]) => so + (known === status ? more : 0), 0);
        expect(count(top)).toBe(count(all));
      }
      expect(top.length).toBeLessThanOrEqual(5);
      expect(new Set(top.map(({ name }) => name)).size).toBe(top.length);
      const named = new Map<string, number>();
      for (const { name, requests } of all) named.set(name, (named.get(name) ?? 0) + requests);
      const kept = top.filter(({ name }) => name !== OTHER);
      for (const { name, requests } of kept) expect(requests).toBe(named.get(name));
      const least = Math.min(...kept.map(({ requests }) => requests));
      for (const [name, requests] of named) {
        if (name !== OTHER && !kept.some((each) => each.name === name))
          expect(requests).toBeLessThanOrEqual(least);
      }
    }),
  );
});
