import type { Chunk, Dialect } from '../parser.ts';
import { API_VERSIONS } from './apis.ts';
import { idOf, KafkaParser } from './parser.ts';
import { measureMessage, readRequest } from './request.ts';

/** Kafka, and what speaks like it. */
export const KAFKA: Dialect = {
  protocol: 'kafka',
  recognise(chunks, _port, late) {
    const first = chunks[0];
    if (first === undefined) return 'later';
    if (!late) return first.direction === 'request' ? judge(first, chunks.slice(1)) : 'no';
    const verdicts = chunks.map((chunk, i) =>
      isRequest(chunk) ? judge(chunk, chunks.slice(i + 1)) : 'later',
    );
    if (verdicts.includes('yes')) return 'yes';
    return chunks.length < 8 ? 'later' : 'no';
  },
  parser: (emit, role, late) => new KafkaParser(emit, role, late),
};

/** The head of a request, and the answer with its number. */
function judge(chunk: Chunk, later: readonly Chunk[]): 'yes' | 'no' | 'later' {
  const { bytes, length } = chunk;
  if (bytes.length < 14) return (bytes[0] ?? 0) === 0 ? 'later' : 'no';
  const request = readRequest(bytes);
  const size = measureMessage(bytes, 0, bytes.length);
  if (request === null || size < 14) return 'no';
  if (request.key === API_VERSIONS && size === length) return 'yes';
  const answers = later.filter(({ direction, bytes }) => direction === 'response' && bytes.length >= 8);
  if (answers.some(({ bytes }) => idOf(bytes) === request.id && measureMessage(bytes, 0, bytes.length) > 0))
    return 'yes';
  return answers.length === 0 && later.length < 7 ? 'later' : 'no';
}

/** In the middle of a connection only a call that holds a whole request is believed: frames of HTTP/2 can look like a head. */
function isRequest({ direction, bytes, length }: Chunk): boolean {
  if (direction !== 'request' || bytes.length < 14 || readRequest(bytes) === null) return false;
  return measureMessage(bytes, 0, bytes.length) <= length;
}
