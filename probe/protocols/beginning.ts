import type { Chunk } from './parser.ts';

/** Where something began in its stream, and when. */
export interface Beginning {
  /** Place of its first byte, modulo 2^32. */
  readonly offset: number;
  /** As in {@link Chunk}. */
  readonly at: number;
  /** As in {@link Chunk} where it began with a chunk, else 0: what follows in a chunk may have reached the socket any time later. */
  readonly arrived: number;
}

/** Byte `index` of a chunk. */
export const beginningAt = ({ offset, at, arrived }: Chunk, index: number): Beginning => ({
  offset: (offset + index) >>> 0,
  at,
  arrived: index === 0 ? arrived : 0,
});

/** The chunks of the first one's direction, up to the first that goes beyond `length` bytes of them. */
export function untilLonger(chunks: readonly Chunk[], length: number): readonly Chunk[] {
  const found: Chunk[] = [];
  let total = 0;
  for (const chunk of chunks) {
    if (chunk.direction !== chunks[0]!.direction) break;
    found.push(chunk);
    total += chunk.length;
    if (total > length) break;
  }
  return found;
}
