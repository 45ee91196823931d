import type { Chunk, Dialect } from '../parser.ts';
import { PostgresParser } from './parser.ts';
import { measureBackend, measureFrontend, openingOf, type, uint32 } from './wire.ts';

/** PostgreSQL, version 3 of its protocol, and what speaks like it. */
export const POSTGRES: Dialect = {
  protocol: 'postgres',
  recognise(chunks, _port, late) {
    const first = chunks[0];
    if (first === undefined) return 'later';
    if (isOpening(first)) return 'yes';
    if (!late) return first.direction === 'request' && isBeginning(first.bytes) ? 'later' : 'no';
    if (chunks.some((chunk) => isOpening(chunk) || isMessages(chunk))) return 'yes';
    return chunks.length < 8 ? 'later' : 'no';
  },
  parser: (emit, role, late) => new PostgresParser(emit, role, late),
};

function isOpening({ direction, bytes, length }: Chunk): boolean {
  return direction === 'request' && openingOf(bytes) !== null && uint32(bytes, 0) === length;
}

/** The first bytes of an opening: a length below 10,000. */
function isBeginning(bytes: Uint8Array): boolean {
  return bytes.length < 8 && bytes.subarray(0, 2).every((byte) => byte === 0);
}

const QUERY = type('Q');
const READY = type('Z');

/** A chunk that is messages from its first to its last byte, and among them one that nobody else says. */
function isMessages({ direction, bytes, length }: Chunk): boolean {
  const measure = direction === 'request' ? measureFrontend : measureBackend;
  let at = 0;
  let heads = 0;
  let last = 0;
  while (at < bytes.length) {
    const size = measure(bytes, at, bytes.length);
    if (size <= 0) return false;
    last = at;
    at += size;
    heads++;
  }
  if (at !== length || length !== bytes.length) return false;
  if (direction === 'response') return heads > 1 && bytes[last] === READY;
  return heads > 1 || (bytes[0] === QUERY && bytes[length - 1] === 0);
}
