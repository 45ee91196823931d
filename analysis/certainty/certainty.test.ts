import { describe, expect, test } from 'vitest';
import type { Candidate, Located } from '../localise/index.ts';
import { ask, CASES } from '../testing/worlds.ts';
import { placeProbability } from './place.ts';
import { realProbability } from './real.ts';

const group = (members: readonly number[], score: number) => ({ members, score }) as unknown as Candidate;
const located = (candidate: Candidate, aliases: readonly Candidate[], others: readonly Candidate[]) =>
  ({
    candidate,
    aliases,
    joint: candidate.score,
    considered: [candidate, ...aliases, ...others],
  }) as unknown as Located;

describe('where it happened', () => {
  test('a rival as likely takes half, another name for the same leaves nothing', () => {
    const [one, other] = [group([1, 2], 30), group([2, 3], 30)];
    expect(placeProbability(located(one, [], []))).toBeCloseTo(1, 6);
    expect(placeProbability(located(one, [], [other]))).toBeCloseTo(0.5, 6);
    expect(placeProbability(located(one, [], [group([1, 2], 30)]))).toBeCloseTo(1, 6);
  });

  test('what shares no leaf with it is another cause and no rival', () => {
    expect(placeProbability(located(group([1, 2], 30), [], [group([3], 30)]))).toBeCloseTo(1, 6);
  });

  test('what cannot be told apart is one answer, and chance is always possible', () => {
    const [one, other] = [group([1, 2], 30), group([1, 2, 3], 30)];
    expect(placeProbability(located(one, [other], []))).toBeCloseTo(1, 6);
    expect(placeProbability(located(group([1], 0), [], []))).toBeCloseTo(0.5, 6);
  });
});

test('the smaller p, the surer that something happened, and never more than p allows', () => {
  const ps = [0.3, 0.05, 1e-3, 1e-6, 0];
  const found = ps.map(realProbability);
  expect(found).toEqual([...found].sort());
  expect(realProbability(0.05)).toBeCloseTo(0.711, 3);
  expect(realProbability(1)).toBe(0.5);
});

test('a finding of a clear case is sure, and never certain', async () => {
  const [finding] = (await ask(CASES[0]!, 1)).findings;
  expect(finding!.probability).toBeGreaterThan(0.9);
  expect(finding!.probability).toBeLessThan(0.99);
});
