import { untilLonger } from '../beginning.ts';
import type { Chunk, Dialect } from '../parser.ts';
import { readMessage } from './message.ts';
import { DnsParser, measureMessage, PREFIX } from './parser.ts';

/** DNS over TCP. Datagrams are read with `readMessage`. */
export const DNS: Dialect = {
  protocol: 'dns',
  recognise(chunks, _port, late) {
    const first = chunks.findIndex(({ direction }) => direction === 'request');
    if (first > 0 && !late) return 'no';
    if (first < 0) return chunks.length > 0 && !late ? 'no' : 'later';
    return judge(joined(chunks.slice(first)));
  },
  parser: (emit, role, late) => new DnsParser(emit, role, late),
};

/** Some send or read the length by itself, or byte by byte, and then the message. */
function joined(chunks: readonly Chunk[]): Uint8Array {
  const before = untilLonger(chunks, PREFIX);
  return before.length === 1 ? before[0]!.bytes : Buffer.concat(before.map(({ bytes }) => bytes));
}

const QUERY = 0;

function judge(bytes: Uint8Array): 'yes' | 'no' | 'later' {
  const length = measureMessage(bytes, 0, bytes.length);
  if (length < 0) return 'no';
  if (length === 0 || bytes.length === PREFIX) return 'later';
  const message = readMessage(bytes.subarray(PREFIX, length));
  if (message === null || message.response || message.opcode !== QUERY || message.rcode !== 0) return 'no';
  const [question] = message.questions;
  return question !== undefined && !question.type.startsWith('TYPE') && isName(question.name) ? 'yes' : 'no';
}

/** As hosts and services are named. */
function isName(name: string): boolean {
  return /^[a-z0-9_.*-]*$/.test(name);
}
