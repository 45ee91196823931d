import type { Chunk } from './parser.ts';

/** Where something began in its stream, and when. */
export interface Beginning {
  /** Place of its first byte, modulo 2^32. */
  readonly offset: number;
  /** As in {@link Chunk}. */
  readonly at: number;
  readonly arrived: number;
}

/** Byte `index` of a chunk. */
export const beginningAt = ({ offset, at, arrived }: Chunk, index: number): Beginning => ({
  offset: (offset + index) >>> 0,
  at,
  arrived,
});
