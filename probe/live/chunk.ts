import type { Role } from '../flow.ts';
import type { Chunk } from '../protocols/parser.ts';
import { at8, at16, at32, at64, ROLE_SERVER } from './layout.ts';

/** `struct chunk` (`bpf/chunk.h`): the bytes that were captured follow it. */
export const CHUNK_SIZE = 56;
/** Most that is captured of one call. */
export const CHUNK_BYTES = 2048;

export const CHUNK_RECEIVED = 1;
export const CHUNK_CLEAR = 2;
export const CHUNK_UNREADABLE = 4;

/** Readers of one field each. */
export const chunk = {
  cookie: at64(0),
  openedNs: at64(8),
  timeNs: at64(16),
  arrivedNs: at64(24),
  offset: at32(32),
  length: at32(36),
  captured: at16(40),
  flags: at8(42),
  role: at8(43),
  netns: at32(44),
  serial: at32(48),
} as const;

/** The beginning of what one call sent or received, as parsers take it, with the socket it belongs to. */
export interface TappedChunk extends Chunk {
  /** Cookie and `openedNs` are the key of the connection, as in its record. */
  readonly cookie: number;
  readonly openedNs: number;
  readonly role: Role;
  readonly netns: number;
  readonly received: boolean;
  /** Clear text of TLS: offsets count clear text alone. */
  readonly clear: boolean;
  /** Sent or received in a way that shows no bytes (sendfile, splice, received by io_uring). */
  readonly unreadable: boolean;
  /** Which of the chunks made of its socket it is, from 1. */
  readonly serial: number;
}

/**
 * Calls `each` for every chunk of a drained ring (a `u32` length and a `u32` zero before each). Total: what does not hold
 * together is left out.
 */
export function readChunks(drained: Uint8Array, each: (chunk: TappedChunk) => void): void {
  const view = new DataView(drained.buffer, drained.byteOffset, drained.byteLength);
  for (let at = 0; at + RING_HEADER <= drained.byteLength; ) {
    const base = at + RING_HEADER;
    const size = view.getUint32(at, true);
    at = base + Math.ceil(size / 8) * 8;
    if (at > drained.byteLength) return;
    if (size < CHUNK_SIZE) continue;
    const captured = chunk.captured(view, base);
    if (captured > size - CHUNK_SIZE || captured > chunk.length(view, base)) continue;
    each(chunkAt(view, base, drained.subarray(base + CHUNK_SIZE, base + CHUNK_SIZE + captured)));
  }
}

/** Bytes before each record of a drained ring. */
const RING_HEADER = 8;

function chunkAt(view: DataView, base: number, bytes: Uint8Array): TappedChunk {
  const flags = chunk.flags(view, base);
  const role = chunk.role(view, base) === ROLE_SERVER ? 'server' : 'client';
  const received = (flags & CHUNK_RECEIVED) !== 0;
  return {
    cookie: chunk.cookie(view, base),
    openedNs: chunk.openedNs(view, base),
    role,
    netns: chunk.netns(view, base),
    received,
    direction: (role === 'server') === received ? 'request' : 'response',
    clear: (flags & CHUNK_CLEAR) !== 0,
    unreadable: (flags & CHUNK_UNREADABLE) !== 0,
    serial: chunk.serial(view, base),
    at: chunk.timeNs(view, base),
    arrived: chunk.arrivedNs(view, base),
    offset: chunk.offset(view, base),
    length: chunk.length(view, base),
    bytes,
  };
}

/** One whose bytes stay when the buffer is used again. */
export function copyOf(chunk: TappedChunk): TappedChunk {
  return { ...chunk, bytes: chunk.bytes.slice() };
}
