import { expect, test } from 'vitest';
import type { Dialect } from '../protocols/parser.ts';
import { createServerEnds, type ServerEnd } from './server-ends.ts';

const END: ServerEnd = { netns: 0x01020304, ip: '10.0.0.7', port: 0x1f90 };
const KEY = '04030201901f000000000000000000000000ffff0a000007';
const DIALECT = { protocol: 'http' } as Dialect;

function written() {
  const map = new Map<string, number>();
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  return {
    map,
    verdicts: {
      update: (key: Uint8Array, value: Uint8Array) => void map.set(hex(key), value[0]!),
      delete: (key: Uint8Array) => map.delete(hex(key)),
    },
  };
}

test('an end that speaks something is told to the kernel under its key', () => {
  const { map, verdicts } = written();
  const end = createServerEnds(verdicts).of(END);
  end.spoke(DIALECT);
  expect([...map]).toEqual([[KEY, 1]]);
  expect(end.dialect).toBe(DIALECT);
});

test('one that speaks nothing known is left alone after a few connections, and looked at again later', () => {
  const { map, verdicts } = written();
  const ends = createServerEnds(verdicts);
  ends.expire(1e15);
  for (let i = 0; i < 2; i++) ends.of(END).spokeNothingKnown();
  expect(map.size).toBe(0);
  ends.of(END).spokeNothingKnown();
  expect([...map.values()]).toEqual([0]);
  ends.expire(1e15 + 1);
  expect(map.size).toBe(1);
  ends.expire(2e15);
  expect(map.size).toBe(0);
});

test('one odd connection does not change what an end is known for', () => {
  const { map, verdicts } = written();
  const end = createServerEnds(verdicts).of(END);
  end.spoke(DIALECT);
  end.spokeNothingKnown();
  end.spokeNothingKnown();
  expect([end.dialect, [...map.values()]]).toEqual([DIALECT, [1]]);
});

test('ends are bounded: the one not used for the longest is forgotten, here and in the kernel', () => {
  const { map, verdicts } = written();
  const ends = createServerEnds(verdicts, 2);
  for (const port of [1, 2]) ends.of({ ...END, port }).spoke(DIALECT);
  ends.of({ ...END, port: 1 });
  ends.of({ ...END, port: 3 }).spoke(DIALECT);
  expect(ends.size).toBe(2);
  expect([...map.keys()].map((key) => key.slice(8, 10))).toEqual(['01', '03']);
});
