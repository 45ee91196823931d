import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Role } from '../../flow.ts';
import { DIALECTS } from '../index.ts';
import type { Chunk } from '../parser.ts';
import { chunksOf, corpus } from './conversation.ts';
import { replay } from './replay.ts';
import { steps } from './work.ts';

/** Most basic blocks a parser may run for a chunk, and for a byte of it. */
const STEPS_A_CHUNK = 2_000;
const STEPS_A_BYTE = 100;
/** Longest operation that may be given out. */
const LONGEST = 256;

const role = fc.constantFrom<Role>('client', 'server');

/** Chunks of any bytes, now and then with offsets and lengths that make no sense. */
const noise = fc.array(
  fc.record({
    direction: fc.constantFrom('request' as const, 'response' as const),
    at: fc.nat(),
    arrived: fc.nat(),
    bytes: fc.uint8Array({ maxLength: 300 }),
    more: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2 ** 32 - 1) }),
    jump: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2 ** 32 - 1) }),
  }),
  { maxLength: 20 },
);

function placed(chunks: typeof noise extends fc.Arbitrary<infer T> ? T : never): readonly Chunk[] {
  const ends = { request: 0, response: 0 };
  return chunks.map(({ more, jump, ...chunk }) => {
    const length = Math.min(chunk.bytes.length + more, 2 ** 32 - 1);
    const offset = (ends[chunk.direction] + jump) >>> 0;
    ends[chunk.direction] = (offset + length) >>> 0;
    return { ...chunk, offset, length };
  });
}

/** How recorded bytes are spoilt: one byte changed, bytes taken out, or bytes repeated, at a place between 0 and 1. */
const spoiling = fc.array(
  fc.record({
    chunk: fc.nat(),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    how: fc.constantFrom('change' as const, 'remove' as const, 'repeat' as const, 'swap' as const),
    value: fc.nat(255),
    count: fc.integer({ min: 1, max: 40 }),
  }),
  { minLength: 1, maxLength: 8 },
);

function spoilt(
  chunks: readonly Chunk[],
  changes: typeof spoiling extends fc.Arbitrary<infer T> ? T : never,
): readonly Chunk[] {
  const out = [...chunks];
  for (const { chunk: number, at, how, value, count } of changes) {
    const index = number % out.length;
    const chunk = out[index]!;
    const bytes = [...chunk.bytes];
    const place = Math.floor(at * bytes.length);
    if (how === 'change') bytes[place] = value;
    else if (how === 'remove') bytes.splice(place, count);
    else if (how === 'repeat') bytes.splice(place, 0, ...bytes.slice(place, place + count));
    else out[index] = out[(index + 1) % out.length]!;
    if (how !== 'swap') out[index] = { ...chunk, length: bytes.length, bytes: new Uint8Array(bytes) };
  }
  return out;
}

/** Bytes that were really there, and chunks: what a parser may spend work on. */
const allowance = (chunks: readonly Chunk[]) =>
  chunks.reduce((sum, { bytes }) => sum + STEPS_A_CHUNK + STEPS_A_BYTE * bytes.length, STEPS_A_CHUNK);

test('noise has places modulo 2^32 and spoiling keeps the number of chunks', () => {
  fc.assert(
    fc.property(noise, spoiling, (chunks, changes) => {
      const made = placed(chunks);
      expect(
        made.every(({ offset, length, bytes }) => offset === offset >>> 0 && length >= bytes.length),
      ).toBe(true);
      if (made.length > 0) expect(spoilt(made, changes)).toHaveLength(made.length);
    }),
  );
});

describe.each(DIALECTS.map((dialect) => [dialect.protocol, dialect] as const))('%s', (protocol, dialect) => {
  const recorded = corpus(protocol);

  function endures(chunks: readonly Chunk[], end: Role, late: boolean): void {
    for (const other of [late, !late]) dialect.recognise(chunks.slice(0, 8), 80, other);
    const { exchanges, doubts } = replay(dialect, chunks, end, late);
    expect(doubts).toBeGreaterThanOrEqual(0);
    for (const { operation, status, offset } of exchanges) {
      expect(operation.length).toBeLessThanOrEqual(LONGEST);
      expect(Number.isInteger(status)).toBe(true);
      expect(offset).toBe(offset >>> 0);
    }
  }

  test('any bytes are endured', () => {
    fc.assert(
      fc.property(noise, role, fc.boolean(), (chunks, end, late) => endures(placed(chunks), end, late)),
      { numRuns: 500 },
    );
  });

  test('spoilt conversations are endured', () => {
    const conversation = fc.constantFrom(...recorded);
    fc.assert(
      fc.property(conversation, spoiling, role, fc.boolean(), (said, changes, end, late) =>
        endures(spoilt(chunksOf(said, end), changes), end, late),
      ),
      { numRuns: 500 },
    );
  });

  test('work is bounded by what was captured', async () => {
    const samples = [
      ...fc.sample(noise, 60).map(placed),
      ...recorded.map((said) => chunksOf(said, 'client')),
      ...fc.sample(spoiling, 60).map((changes, n) => {
        const said = recorded[n % recorded.length]!;
        return spoilt(chunksOf(said, 'server'), changes);
      }),
    ];
    for (const chunks of samples) {
      const spent = await steps(() => replay(dialect, chunks, 'client', false));
      expect(spent).toBeLessThanOrEqual(allowance(chunks));
    }
  });
});
