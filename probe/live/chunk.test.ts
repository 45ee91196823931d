import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CHUNK_CLEAR,
  CHUNK_RECEIVED,
  CHUNK_SIZE,
  CHUNK_UNREADABLE,
  chunk,
  readChunks,
  type TappedChunk,
} from './chunk.ts';
import { fieldsOf, ringOf, structureOf, type Values, viewOf } from './testing/records.ts';

const FIELDS = fieldsOf('chunk.h', 'chunk');

const camel = (field: string) => field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

function chunkOf(values: Values, bytes: readonly number[] = []): Uint8Array {
  const padded = new Uint8Array(CHUNK_SIZE + Math.ceil(bytes.length / 8) * 8);
  padded.set(bytes, CHUNK_SIZE);
  return structureOf(FIELDS, values, padded);
}

function read(drained: Uint8Array): readonly TappedChunk[] {
  const chunks: TappedChunk[] = [];
  readChunks(drained, (each) => chunks.push({ ...each, bytes: each.bytes.slice() }));
  return chunks;
}

test('every reader reads the field of the C structure that it is named after, and nothing beside it', () => {
  const last = [...FIELDS.values()].at(-1)!;
  expect(last.offset + last.width).toBe(CHUNK_SIZE);
  expect([...FIELDS.keys()].map(camel).filter((name) => name !== 'pad')).toEqual(Object.keys(chunk));
  for (const [field, { width }] of FIELDS) {
    if (field === 'pad') continue;
    const largest = width === 8 ? Number.MAX_SAFE_INTEGER : 256 ** width - 1;
    const view = viewOf(chunkOf({ [field]: largest }));
    for (const [name, reader] of Object.entries(chunk))
      expect(reader(view, 0)).toBe(name === camel(field) ? largest : 0);
  }
});

test('a drained ring gives its chunks with the bytes that were captured', () => {
  const values = {
    cookie: 7,
    opened_ns: 8,
    time_ns: 9,
    role: 2,
    netns: 4,
    offset: 2 ** 32 - 1,
    length: 500,
    serial: 6,
  };
  const chunks = read(
    ringOf([
      chunkOf({ ...values, captured: 3 }, [1, 2, 3]),
      chunkOf({ ...values, flags: CHUNK_RECEIVED | CHUNK_UNREADABLE, arrived_ns: 5 }),
      chunkOf({ ...values, flags: CHUNK_CLEAR, role: 1, captured: 8 }, [8, 7, 6, 5, 4, 3, 2, 1]),
    ]),
  );
  const common = { cookie: 7, openedNs: 8, at: 9, netns: 4, offset: 2 ** 32 - 1, length: 500, serial: 6 };
  expect(chunks).toEqual([
    {
      ...common,
      role: 'server',
      direction: 'response',
      received: false,
      clear: false,
      unreadable: false,
      arrived: 0,
      bytes: Uint8Array.of(1, 2, 3),
    },
    {
      ...common,
      role: 'server',
      direction: 'request',
      received: true,
      clear: false,
      unreadable: true,
      arrived: 5,
      bytes: new Uint8Array(),
    },
    {
      ...common,
      role: 'client',
      direction: 'request',
      received: false,
      clear: true,
      unreadable: false,
      arrived: 0,
      bytes: Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1),
    },
  ]);
});

test('any bytes are read without an error, and no chunk has more bytes than there are', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 600 }),
      fc.array(fc.nat(200), { maxLength: 4 }),
      (noise, sizes) => {
        const drained = noise.slice();
        /* Plausible lengths where the reader looks for them, so that it goes on. */
        for (let at = 0, i = 0; i < sizes.length && at + 8 <= drained.length; i++) {
          viewOf(drained).setUint32(at, sizes[i]!, true);
          at += 8 + Math.ceil(sizes[i]! / 8) * 8;
        }
        for (const { bytes, length } of read(drained)) {
          expect(bytes.length).toBeLessThanOrEqual(Math.min(length, drained.length));
        }
      },
    ),
  );
});
