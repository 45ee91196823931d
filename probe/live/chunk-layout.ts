import type { Chunk } from '../protocols/parser.ts';
import { ROLE_SERVER } from './layout.ts';

/** Byte offsets of `struct chunk` (`bpf/chunk.h`) in a drained ring, in host byte order. */
const LITTLE_ENDIAN = true;
/** Bytes of the header before each record of a drained ring: its length, and zero. */
const RING_HEADER = 8;
export const CHUNK_HEADER = 56;
/** Most that is captured of one call. */
export const CHUNK_BYTES = 2048;

const RECEIVED = 1;
const CLEAR = 2;
const UNREADABLE = 4;

/** A chunk with the socket it belongs to. */
export interface TappedChunk extends Chunk {
  readonly cookie: number;
  readonly openedNs: number;
  readonly role: 'client' | 'server';
  readonly netns: number;
  /** Clear text of an encrypted connection. */
  readonly clear: boolean;
  /** Which of the chunks made of its socket it is, from 1; 0 = not told. */
  readonly serial: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const at64 = (view: DataView, at: number) =>
  view.getUint32(at + 4, LITTLE_ENDIAN) * 2 ** 32 + view.getUint32(at, LITTLE_ENDIAN);

/**
 * Calls `take` for each chunk of a drained ring, in its order, with one object that is used again for the next. Records that
 * are no chunks are left out.
 *
 * @returns how many chunks there were
 */
export function forEachChunk(bytes: Uint8Array, take: (chunk: TappedChunk) => void): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunk: Mutable<TappedChunk> = {
    cookie: 0,
    openedNs: 0,
    role: 'client',
    netns: 0,
    clear: false,
    serial: 0,
    direction: 'request',
    at: 0,
    arrived: 0,
    offset: 0,
    length: 0,
    bytes,
  };
  let count = 0;
  for (let at = 0; at + RING_HEADER <= bytes.byteLength; ) {
    const size = view.getUint32(at, LITTLE_ENDIAN);
    const base = at + RING_HEADER;
    at = base + Math.ceil(size / 8) * 8;
    if (at > bytes.byteLength) break;
    if (size < CHUNK_HEADER) continue;
    const flags = view.getUint8(base + 42);
    const server = view.getUint8(base + 43) === ROLE_SERVER;
    const received = (flags & RECEIVED) !== 0;
    const length = view.getUint32(base + 36, LITTLE_ENDIAN);
    const captured = Math.min(view.getUint16(base + 40, LITTLE_ENDIAN), size - CHUNK_HEADER, length);
    chunk.cookie = at64(view, base);
    chunk.openedNs = at64(view, base + 8);
    chunk.at = at64(view, base + 16);
    chunk.arrived = at64(view, base + 24);
    chunk.offset = view.getUint32(base + 32, LITTLE_ENDIAN);
    chunk.length = length;
    chunk.role = server ? 'server' : 'client';
    chunk.direction = server === received ? 'request' : 'response';
    chunk.netns = view.getUint32(base + 44, LITTLE_ENDIAN);
    chunk.clear = (flags & CLEAR) !== 0;
    chunk.serial = view.getUint32(base + 48, LITTLE_ENDIAN);
    const start = base + CHUNK_HEADER;
    chunk.bytes = bytes.subarray(start, start + ((flags & UNREADABLE) !== 0 ? 0 : captured));
    count++;
    take(chunk);
  }
  return count;
}

/** One that stays as it is: the object and the bytes of the other are used again. */
export function copyOf(chunk: TappedChunk): TappedChunk {
  return { ...chunk, bytes: chunk.bytes.slice() };
}
