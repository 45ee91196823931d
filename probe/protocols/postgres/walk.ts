import type { Chunk } from '../parser.ts';

/** Data of COPY says nothing about where messages begin. */
const COPY_DATA = 'd'.charCodeAt(0);

/**
 * Whether the bytes of a chunk are messages one behind the other: two heads, or one that ends with the chunk or inside it. Bytes from the
 * middle of a message pass by chance in one of a million.
 */
export function startsFrames(
  { bytes, length }: Pick<Chunk, 'bytes' | 'length'>,
  measure: (bytes: Uint8Array, from: number, to: number) => number,
): boolean {
  if (bytes[0] === COPY_DATA) return false;
  let at = 0;
  for (let heads = 0; heads < 2 && at < bytes.length; heads++) {
    const size = measure(bytes, at, bytes.length);
    if (size < 0) return false;
    if (size === 0) break;
    at += size;
    if (heads === 1) return true;
  }
  return at > 0 && at <= length;
}
