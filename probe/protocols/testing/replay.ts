import type { Protocol, Role } from '../../flow.ts';
import type { Chunk, Dialect, Exchange } from '../parser.ts';

/** Everything a parser said about one connection. */
export interface Heard {
  readonly protocol: Protocol;
  readonly exchanges: readonly Exchange[];
  readonly doubts: number;
}

/** Feeds a parser with a whole connection, from its beginning or (`late`) from somewhere in the middle. */
export function replay(dialect: Dialect, chunks: readonly Chunk[], role: Role, late = false): Heard {
  const exchanges: Exchange[] = [];
  const parser = dialect.parser((exchange) => exchanges.push(exchange), role, late);
  for (const chunk of chunks) parser.feed(chunk);
  parser.end();
  return { protocol: parser.protocol, exchanges, doubts: parser.doubts };
}

/** What a dialect says of a connection when it is asked again with every chunk, as the probe does. */
export function recognition(dialect: Dialect, chunks: readonly Chunk[], port: number, late = false) {
  for (let seen = 1; seen <= Math.min(chunks.length, TAPPED); seen++) {
    const verdict = dialect.recognise(chunks.slice(0, seen), port, late);
    if (verdict !== 'later') return verdict;
  }
  return 'later';
}

/** Chunks the kernel taps of a connection that nobody has recognised. */
const TAPPED = 8;

/** Bytes `from` to `to` of a chunk, as if they had been a call of their own. */
function piece(chunk: Chunk, from: number, to: number): Chunk {
  const offset = (chunk.offset + from) >>> 0;
  return { ...chunk, offset, length: to - from, bytes: chunk.bytes.subarray(from, to) };
}

/** Every chunk in pieces of `size` bytes. */
export function sliced(chunks: readonly Chunk[], size: number): readonly Chunk[] {
  return chunks.flatMap((chunk) => {
    const count = Math.max(1, Math.ceil(chunk.length / size));
    return Array.from({ length: count }, (_, n) =>
      piece(chunk, n * size, Math.min(chunk.length, (n + 1) * size)),
    );
  });
}

/** One chunk cut in two. */
export function cut(chunks: readonly Chunk[], index: number, at: number): readonly Chunk[] {
  return chunks.flatMap((chunk, n) =>
    n === index && at > 0 && at < chunk.length
      ? [piece(chunk, 0, at), piece(chunk, at, chunk.length)]
      : [chunk],
  );
}

/** Neighbours of one direction become one call, with the time of the first. */
export function coalesced(chunks: readonly Chunk[]): readonly Chunk[] {
  const out: Chunk[] = [];
  for (const chunk of chunks) {
    const last = out.at(-1);
    if (last?.direction === chunk.direction && last.bytes.length === last.length) {
      const bytes = Buffer.concat([last.bytes, chunk.bytes]);
      out[out.length - 1] = { ...last, length: last.length + chunk.length, bytes };
    } else out.push(chunk);
  }
  return out;
}

/** No more than the first `limit` bytes of each chunk were captured. */
export function captured(chunks: readonly Chunk[], limit: number): readonly Chunk[] {
  return chunks.map((chunk) => ({ ...chunk, bytes: chunk.bytes.subarray(0, limit) }));
}
