import type { Chunk, Dialect } from '../parser.ts';
import { DATA, framesOf, PREFACE, SETTINGS } from './frames.ts';
import { Http2Parser } from './parser.ts';

/** Chunks after which a connection that was joined late is given up. */
const PATIENCE = 8;
/** Frames that must be seen to believe in a connection that was joined late. */
const CONVINCING = 2;

/** HTTP/2 without TLS or seen through it, and gRPC: by the client's preface, or late by frames that follow one another. */
export const HTTP2: Dialect = {
  protocol: 'http2',
  recognise(chunks, _port, late) {
    return late ? inTheMiddle(chunks) : fromBeginning(chunks);
  },
  parser: (emit, role, late) => new Http2Parser(emit, role, late),
};

/** The server may speak first: it sends its settings. */
function fromBeginning(chunks: readonly Chunk[]): 'yes' | 'no' | 'later' {
  const said = (direction: Chunk['direction']) => chunks.filter((chunk) => chunk.direction === direction);
  const [answer] = said('response');
  let seen = 0;
  for (const { bytes } of said('request')) {
    for (let n = 0; n < bytes.length && seen < PREFACE.length; n++)
      if (bytes[n] !== PREFACE[seen++]) return 'no';
    if (seen === PREFACE.length) return 'yes';
  }
  return seen === 0 && answer !== undefined && framesOf(answer)?.[0]?.type !== SETTINGS ? 'no' : 'later';
}

function inTheMiddle(chunks: readonly Chunk[]): 'yes' | 'no' | 'later' {
  const frames = chunks.flatMap((chunk) => framesOf(chunk) ?? []);
  if (frames.length >= CONVINCING && frames.some(({ type }) => type !== DATA)) return 'yes';
  return chunks.length < PATIENCE ? 'later' : 'no';
}
