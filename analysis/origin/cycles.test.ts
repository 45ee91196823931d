import { describe, expect, test } from 'vitest';
import { randomOf } from '../testing/random.ts';
import { emptyAccount, sharesInCycle } from './accounts.ts';
import { cyclesOf, reachable, withoutCycles } from './graph.ts';
import { passedAtMost } from './passed.ts';

describe('cycles of calls', () => {
  test('are the services that reach each other, in any graph', () => {
    const random = randomOf(3);
    for (let graph = 0; graph < 200; graph++) {
      const names = Array.from({ length: 8 }, (_, i) => `s${i}`);
      const calls = new Map(names.map((name) => [name, names.filter(() => random.next() < 0.15)]));
      const cycles = cyclesOf(calls);
      for (const a of names) {
        const waitsForItself = calls.get(a)!.some((callee) => reachable(calls, callee).includes(a));
        expect(cycles.has(a)).toBe(waitsForItself);
        if (!waitsForItself) continue;
        const members = names.filter(
          (b) => reachable(calls, a).includes(b) && reachable(calls, b).includes(a),
        );
        expect([...cycles.get(a)!].sort()).toEqual(members);
      }
      const rest = withoutCycles(calls);
      expect(cyclesOf(rest).size).toBe(0);
    }
  });

  test('a chain of ten thousand services is walked without recursion', () => {
    const calls = new Map(Array.from({ length: 10_000 }, (_, i) => [`s${i}`, [`s${(i + 1) % 10_000}`]]));
    expect(cyclesOf(calls).get('s0')!.size).toBe(10_000);
  });
});

describe('accounts in a cycle', () => {
  const account = (came: number, passed: number, cameInside = 0, passedInside = 0) => ({
    ...emptyAccount(),
    ...{ came, passed, cameInside, passedInside },
  });

  test('tell its members apart where one has time of its own', () => {
    const accounts = new Map([
      ['a', account(100, 100, 0, 100)],
      ['b', account(100, 0, 100, 0)],
    ]);
    expect(Object.fromEntries(sharesInCycle(accounts))).toEqual({ a: 0, b: 1 });
  });

  test('condense it where none has and the whole does', () => {
    const accounts = new Map([
      ['a', account(120, 95, 60, 90)],
      ['b', account(90, 65, 90, 60)],
    ]);
    const [a, b] = [...sharesInCycle(accounts).values()];
    expect(a).toBeCloseTo(1 - 10 / 60);
    expect(b).toBe(a);
  });

  test('and clear all of it where the whole had it from outside', () => {
    const accounts = new Map([
      ['a', account(120, 110, 60, 90)],
      ['b', account(90, 95, 90, 60)],
    ]);
    for (const share of sharesInCycle(accounts).values()) expect(share).toBeLessThan(0.3);
  });
});

describe('the share of failures that is handed on', () => {
  test('is bounded by windows in which the caller went on', () => {
    expect(passedAtMost(Float64Array.of(60, 60, 60, 60), Float64Array.of(0, 0, 40, 40))).toBeLessThan(0.2);
  });

  test('is not bounded where the caller failed as often, or where little is known', () => {
    expect(passedAtMost(Float64Array.of(60, 60), Float64Array.of(60, 60))).toBe(1);
    expect(passedAtMost(Float64Array.of(4, 4), Float64Array.of(0, 0))).toBe(1);
    expect(passedAtMost(new Float64Array(), new Float64Array())).toBe(1);
  });

  test('an answer that comes a window later counts', () => {
    expect(passedAtMost(Float64Array.of(60, 0), Float64Array.of(0, 60))).toBe(1);
  });

  test('stays above what was really handed on, by chance as well', () => {
    const random = randomOf(5);
    let under = 0;
    for (let trial = 0; trial < 300; trial++) {
      const calls = Float64Array.from({ length: 12 }, () => random.poisson(30));
      const answers = calls.map((failed) => random.poisson(0.6 * failed));
      if (passedAtMost(calls, answers) < 0.6) under++;
    }
    expect(under).toBeLessThanOrEqual(2);
  });
});
