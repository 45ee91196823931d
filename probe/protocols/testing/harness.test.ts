import { expect, test } from 'vitest';
import type { Chunk } from '../parser.ts';
import { template } from '../template.ts';
import { captured, coalesced, cut, sliced } from './replay.ts';
import { steps } from './work.ts';

const chunk = (offset: number, text: string, length = text.length): Chunk => ({
  direction: 'request',
  at: 1,
  arrived: 0,
  offset,
  length,
  bytes: Buffer.from(text),
});

const text = (chunks: readonly Chunk[]) =>
  chunks.map(({ offset, length, bytes }) => [offset, length, Buffer.from(bytes).toString()]);

test('chunks are cut, joined and shortened without losing their place', () => {
  const whole = [chunk(0, 'abcde'), chunk(5, 'fg', 4)];
  expect(text(sliced(whole, 2))).toEqual([
    [0, 2, 'ab'],
    [2, 2, 'cd'],
    [4, 1, 'e'],
    [5, 2, 'fg'],
    [7, 2, ''],
  ]);
  expect(text(cut(whole, 0, 3))).toEqual([
    [0, 3, 'abc'],
    [3, 2, 'de'],
    [5, 4, 'fg'],
  ]);
  expect(text(coalesced(whole))).toEqual([[0, 9, 'abcdefg']]);
  expect(text(captured(whole, 1))).toEqual([
    [0, 5, 'a'],
    [5, 4, 'f'],
  ]);
});

test('work is measured in steps that grow with the bytes', async () => {
  const short = await steps(() => template('/a/b'));
  const long = await steps(() => template('/a/b/c/d/e/f'));
  expect(short).toBeGreaterThan(0);
  expect(long).toBeGreaterThan(short);
});
