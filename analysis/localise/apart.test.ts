import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOTHING } from '../counts.ts';
import type { DomainTag } from '../finding.ts';
import type { LeafPair } from '../leaves.ts';
import { MEASURES } from '../measure.ts';
import { inOrder, type Top } from './apart.ts';
import { type Comparable, candidate, type Ends } from './candidate.ts';
import type { Cube } from './cube.ts';

const PLACE: Comparable = { kind: 'place' };
const STORE: Comparable = { kind: 'server', workload: { namespace: 'shop', workload: 'store' } };
const PRICE = 3;

/** Leaves with what was bad of 1000 events each, of which 10 were expected. */
function cubeOf(bad: readonly number[]): Cube {
  const node = (workload: string) => ({ namespace: 'shop', workload });
  const edge = { client: node('web'), server: node('store'), port: 8080 };
  const end = { id: 0, resolution: 'process' as const, tags: {}, candidates: [] };
  const leaf: LeafPair = {
    edge,
    edgeId: 'web>store',
    client: end,
    server: end,
    port: 8080,
    now: NOTHING,
    before: NOTHING,
    stretches: [],
    clientInstance: 'web-0',
    serverInstance: 'store-0',
  };
  const total = new Float64Array(bad.length).fill(1000);
  return {
    measure: MEASURES.find(({ name }) => name === 'errors')!,
    leaves: bad.map(() => leaf),
    total,
    traffic: total,
    raw: Float64Array.from(bad),
    bad: Float64Array.from(bad),
    expected: new Float64Array(bad.length).fill(10),
    accused: new Uint8Array(bad.length).fill(1),
    inflation: 1,
    correlation: 0,
  };
}

interface Named {
  readonly comparable?: Comparable;
  readonly tags?: readonly DomainTag[];
  readonly ends?: Ends;
  readonly price?: number;
}

const pod = (value: string): DomainTag => ({ side: 'server', tag: 'pod', value });

/** Some leaves as the best of a scope, which is that of a place if nothing else is said. */
function top(
  cube: Cube,
  members: readonly number[],
  { comparable = PLACE, tags, ends, price = PRICE }: Named = {},
): Top {
  const name = tags ?? [pod(members.join())];
  const best = candidate(cube, comparable, name, members, price, ends);
  return { scope: [best], candidate: best };
}

/** Members of the tops in their order. */
const order = (cube: Cube, tops: readonly Top[]): string[] =>
  inOrder(cube, tops).map(({ candidate: { members } }) => members.join());

const scored = (tops: readonly Top[]): number => tops.reduce((sum, one) => sum + one.candidate.score, 0);

describe('of a set with two bad leaves', () => {
  const set = (bad: readonly number[], whole: Named = {}, parts: Named = {}) => {
    const cube = cubeOf(bad);
    return {
      cube,
      whole: top(cube, [0, 1, 2, 3], whole),
      parts: [top(cube, [0], parts), top(cube, [1], parts)],
    };
  };

  test('the two come first where what is beside them is fine, the larger of them before the set', () => {
    const { cube, whole, parts } = set([60, 62, 10, 10]);
    expect(whole.candidate.score).toBeGreaterThan(parts[1]!.candidate.score);
    expect(order(cube, [whole, ...parts])).toEqual(['1', '0,1,2,3', '0']);
    const [first, ...others] = inOrder(cube, [whole, ...parts]);
    expect(first!.joint).toBeCloseTo(scored(parts));
    expect(others.map(({ joint }) => joint)).toEqual([undefined, undefined]);
  });

  test('it comes first where what is beside them is half as bad as all of it', () => {
    const { cube, whole, parts } = set([60, 60, 22, 22]);
    expect(scored(parts)).toBeGreaterThan(whole.candidate.score);
    expect(order(cube, [whole, ...parts])[0]).toBe('0,1,2,3');
  });

  test('it comes first where it is as likely as the two', () => {
    const { cube, whole, parts } = set([60, 60, 10, 10]);
    const cheap = { ...whole, candidate: { ...whole.candidate, score: scored(parts) } };
    expect(order(cube, [cheap, ...parts])[0]).toBe('0,1,2,3');
  });

  test('what one caller asks is no part, unless a tag tells more', () => {
    const caller = { namespace: 'shop', workload: 'web' };
    const web: DomainTag = { side: 'client', tag: 'workload', value: 'web' };
    const first = (parts: Named): string => {
      const { cube, whole, parts: both } = set([60, 62, 10, 10], {}, parts);
      return order(cube, [whole, ...both])[0]!;
    };
    expect(first({ comparable: { ...STORE, caller }, tags: [] })).toBe('0,1,2,3');
    expect(first({ comparable: STORE, tags: [web] })).toBe('0,1,2,3');
    expect(first({ comparable: { ...STORE, caller }, tags: [web, pod('store-1')] })).toBe('1');
    expect(first({ comparable: STORE, tags: [] })).toBe('1');
  });

  test('both have a share in its excess', () => {
    const beside = (inside: number) => {
      const cube = cubeOf([200, inside, 10, 10, 80]);
      // The first has cost much to choose, so that the set is the likeliest.
      const parts = [top(cube, [0], { price: 240 }), top(cube, [1, 4])];
      return order(cube, [top(cube, [0, 1, 2, 3]), ...parts])[0];
    };
    expect(beside(12)).toBe('0,1,2,3');
    expect(beside(40)).toBe('0');
    // What a part shares with the other is no share of its own.
    const cube = cubeOf([60, 60, 60, 10, 60]);
    const parts = [top(cube, [0, 1, 2], { price: 40 }), top(cube, [1, 4])];
    expect(order(cube, [top(cube, [0, 1, 2, 3]), ...parts])[0]).toBe('0,1,2,3');
  });

  test('of several pairs the likeliest comes', () => {
    const cube = cubeOf([60, 60, 60, 10, 10, 10]);
    const [larger, one, wider] = [top(cube, [0, 1]), top(cube, [2]), top(cube, [2, 3])];
    const whole = top(cube, [0, 1, 2, 3, 4, 5], { price: 0 });
    const [first] = inOrder(cube, [whole, wider, one, larger]);
    expect(first!.candidate).toBe(larger.candidate);
    expect(first!.joint).toBeCloseTo(scored([larger, one]));
  });

  test('only so many are tried', () => {
    const first = (others: number): string => {
      const cube = cubeOf([60, 60, 10, 10, ...Array(others).fill(65)]);
      const beside = Array.from({ length: others }, (_, i) => top(cube, [4 + i]));
      return order(cube, [top(cube, [0, 1, 2, 3]), top(cube, [0]), top(cube, [1]), ...beside])[0]!;
    };
    expect(first(10)).toBe('0');
    expect(first(12)).toBe('0,1,2,3');
  });
});

test('what two have in common counts once', () => {
  const cube = cubeOf([60, 60, 60, 10, 10]);
  const parts = [top(cube, [0, 1]), top(cube, [1, 2])];
  const [first] = inOrder(cube, [top(cube, [0, 1, 2, 3, 4]), ...parts]);
  expect(first!.candidate.members).toEqual([0, 1]);
  expect(first!.joint).toBeCloseTo(scored([parts[0]!, top(cube, [2])]));
});

test('a set that is but two others comes first unless they reach beyond it', () => {
  const first = (
    outside: number,
    price: number,
    reach: readonly number[] = [0, 2],
    inflation = 1,
  ): string => {
    const cube = { ...cubeOf([60, 60, outside]), inflation };
    return order(cube, [top(cube, [0, 1], { price }), top(cube, reach), top(cube, [1])])[0]!;
  };
  expect(first(60, 10, [0])).toBe('0,1');
  // Together they reach a cause's worth beyond it, and explain more than it and the best beside it.
  expect(first(60, 10)).toBe('0,2');
  expect(first(60, 0)).toBe('0,1');
  // Too little out there to be a cause, by itself or for how much it wanders.
  expect(first(20, 10)).toBe('0,1');
  expect(first(33, 10)).toBe('0,2');
  expect(first(33, 10, [0, 2], 2)).toBe('0,1');
});

describe('in whatever there is', () => {
  const worlds = fc
    .record({
      bad: fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 2, maxLength: 8 }),
      inflation: fc.double({ min: 1, max: 8, noNaN: true }),
      sets: fc.array(fc.tuple(fc.integer({ min: 1, max: 255 }), fc.integer({ min: 0, max: 9 })), {
        maxLength: 10,
      }),
    })
    .map(({ bad, inflation, sets }) => {
      const cube = { ...cubeOf(bad), inflation };
      const tops = sets.map(([bits, price]) => {
        const members = bad.map((_, i) => i).filter((i) => (bits >> i) & 1);
        return top(cube, members.length > 0 ? members : [0], { price });
      });
      return { cube, tops };
    });

  test('each comes once, the likeliest first, but for one that is likelier with another', () => {
    fc.assert(
      fc.property(worlds, ({ cube, tops }) => {
        const found = inOrder(cube, tops);
        expect(new Set(found.map(({ candidate }) => candidate))).toEqual(
          new Set(tops.map(({ candidate }) => candidate)),
        );
        expect(found).toHaveLength(tops.length);
        const [first, ...others] = found;
        const rest = (first?.joint === undefined ? found : others).map(({ candidate }) => candidate.score);
        expect(rest).toEqual(rest.toSorted((a, b) => b - a));
        if (first?.joint === undefined) return;
        expect(first.joint).toBeGreaterThan(rest[0]!);
      }),
      { numRuns: 300 },
    );
  });

  test('two sets apart are as likely together as the one and the other', () => {
    const inflations = fc.double({ min: 1, max: 3, noNaN: true });
    fc.assert(
      fc.property(inflations, (inflation) => {
        const cube = { ...cubeOf([60, 62, 10, 10]), inflation };
        const parts = [top(cube, [0]), top(cube, [1])];
        const [first] = inOrder(cube, [top(cube, [0, 1, 2, 3]), ...parts]);
        expect(first!.joint).toBeCloseTo(scored(parts));
      }),
    );
  });
});
