import { describe, expect, test } from 'vitest';
import { FrameReader, type Framing, LINE, MOST_HEAD, NONSENSE } from './frames.ts';
import type { Chunk } from './parser.ts';

/** Frames of a digit and as many bytes; lines behind `#`; anything else is nonsense. Chunks that begin with a digit can be read again. */
function reader(late = false) {
  const heard: string[] = [];
  const framing: Framing = {
    measure(bytes, from, to) {
      const first = bytes[from]!;
      if (first !== 0x23) return first >= 0x30 && first <= 0x39 ? 1 + first - 0x30 : NONSENSE;
      const end = bytes.subarray(from, to).indexOf(10);
      return end >= 0 ? end + 1 : to - from < MOST_HEAD ? 0 : LINE;
    },
    wanted: () => 4,
    frame: ({ offset, at, length, bytes }) => heard.push(`${offset}@${at} ${length} ${Buffer.from(bytes)}`),
    lost: (missed) => heard.push(`lost ${missed}`),
    begins: ({ bytes }) => bytes[0]! >= 0x30 && bytes[0]! <= 0x39,
  };
  const frames = new FrameReader(framing, late);
  let next = 0;
  const feed = (text: string, length = text.length, offset = next) => {
    const chunk: Chunk = {
      direction: 'request',
      at: offset,
      arrived: 0,
      offset,
      length,
      bytes: Buffer.from(text),
    };
    next = (offset + length) >>> 0;
    frames.feed(chunk);
  };
  return { heard, feed };
}

describe('frames', () => {
  test('begin where the chunk of their first byte did', () => {
    const { heard, feed } = reader();
    feed('2ab5a');
    feed('bcd');
    feed('e0');
    expect(heard).toEqual(['0@0 3 2ab', '3@0 6 5abc', '9@8 1 0']);
  });

  test('are skipped by their length where bytes were not captured', () => {
    const { heard, feed } = reader();
    feed('9abcd', 10);
    feed('2a', 3);
    feed('1a');
    expect(heard).toEqual(['0@0 10 9abc', '10@10 3 2a', '13@13 2 1a']);
  });

  test('are lost where a head was not captured, and found again', () => {
    const { heard, feed } = reader();
    feed('2ab', 8);
    feed('xyz');
    feed('1a');
    feed('?');
    feed('0');
    expect(heard).toEqual(['0@0 3 2ab', 'lost 5', '11@11 2 1a', 'lost 0', '14@14 1 0']);
  });

  test('a gap is passed over inside a frame, and loses the thread elsewhere', () => {
    const { heard, feed } = reader();
    feed('9abcd');
    feed('1a', 2, 10);
    feed('1a', 2, 20);
    expect(heard).toEqual(['0@0 10 9abc', '10@10 2 1a', 'lost 8', '20@20 2 1a']);
  });

  test('places go round at 2^32', () => {
    const { heard, feed } = reader(true);
    feed('3a', 2, 2 ** 32 - 1);
    feed('bc0');
    expect(heard).toEqual([`${2 ** 32 - 1}@${2 ** 32 - 1} 4 3abc`, '3@1 1 0']);
  });

  test('a long line is told by its beginning, however it is cut', () => {
    const line = `#${'x'.repeat(200)}\n1a`;
    const whole = reader();
    whole.feed(line);
    const cut = reader();
    for (const character of line) cut.feed(character);
    const texts = (heard: readonly string[]) => heard.map((one) => one.replace(/@\d+/, ''));
    expect(texts(cut.heard)).toEqual(texts(whole.heard));
    expect(whole.heard).toEqual([`0@0 ${MOST_HEAD} #${'x'.repeat(MOST_HEAD - 1)}`, '202@0 2 1a']);
  });
});
