import type { Chunk, Dialect } from '../parser.ts';
import { opensRequest, requestLine, statusLine } from './lines.ts';
import { HttpParser } from './parser.ts';

/** Bytes looked at to recognise a first line. */
const LOOKED_AT = 2048;
/** Chunks after which a connection that was joined late is given up. */
const PATIENCE = 8;

/** HTTP/1.0 and 1.1, by the first line of a request, or of an answer when the beginning was not seen. */
export const HTTP: Dialect = {
  protocol: 'http',
  recognise(chunks, _port, late) {
    if (late) {
      if (chunks.some(beginsMessage)) return 'yes';
      return chunks.length < PATIENCE ? 'later' : 'no';
    }
    const first = chunks[0];
    if (first === undefined) return 'later';
    return first.direction === 'request' ? fromBeginning(chunks) : 'no';
  },
  parser: (emit, role, late) => new HttpParser(emit, role, late),
};

function fromBeginning(chunks: readonly Chunk[]): 'yes' | 'no' | 'later' {
  let text = '';
  let cut = false;
  for (const { direction, bytes, length } of chunks) {
    if (direction !== 'request' || cut) continue;
    text += decode(bytes, LOOKED_AT - text.length);
    cut = bytes.length < length || text.length >= LOOKED_AT;
  }
  const line = text.replace(/^(?:\r?\n)+/, '');
  const end = line.indexOf('\n');
  if (end >= 0) return requestLine(line.slice(0, end).trimEnd(), false) === null ? 'no' : 'yes';
  if (cut) return requestLine(line, true) === null ? 'no' : 'yes';
  return line.length < 2 || opensRequest(line.slice(0, 10)) ? 'later' : 'no';
}

function beginsMessage({ direction, bytes, length }: Chunk): boolean {
  const text = decode(bytes, LOOKED_AT);
  const end = text.indexOf('\n');
  const line = (end < 0 ? text : text.slice(0, end)).trimEnd();
  if (direction === 'response') return statusLine(line) > 0;
  const whole = end >= 0 && requestLine(line, false) !== null;
  return whole || (end < 0 && bytes.length < length && requestLine(line, true) !== null);
}

const decode = (bytes: Uint8Array, most: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, Math.max(0, most))).toString('latin1');
