import type { Chunk, Dialect } from '../parser.ts';
import { isKnown } from './commands.ts';
import { RedisParser } from './parser.ts';
import { isReply } from './replies.ts';
import { commandWord, inlineWords } from './requests.ts';
import { lineEnd } from './resp.ts';

/** Redis and Valkey: RESP2, RESP3 and commands in a line. */
export const REDIS: Dialect = {
  protocol: 'redis',
  recognise(chunks, _port, late) {
    const first = chunks[0];
    if (first === undefined) return 'later';
    if (first.direction === 'response' && !late) return 'no';
    const question = chunks.find(({ direction, bytes }) => direction === 'request' && bytes.length > 0);
    if (question === undefined) return 'later';
    return judge(question, chunks.slice(chunks.indexOf(question) + 1));
  },
  parser: (emit, role, late) => new RedisParser(emit, role, late),
};

const MOST_LINE = 1024;

function judge({ bytes }: Chunk, later: readonly Chunk[]): 'yes' | 'no' | 'later' {
  const word = commandWord(bytes);
  if (word !== null && isKnown(word)) return 'yes';
  if (word === null && !isInline(bytes)) return isBeginning(bytes) ? 'later' : 'no';
  const answer = later.find(({ direction, bytes }) => direction === 'response' && bytes.length > 0);
  if (answer === undefined) return later.length > 6 ? 'no' : 'later';
  return isReply(answer.bytes) ? 'yes' : 'no';
}

/** One line in which a command that is known begins; other protocols know some of the words, so the answer decides. */
function isInline(bytes: Uint8Array): boolean {
  const end = lineEnd(bytes, 0, Math.min(bytes.length, MOST_LINE));
  const words = inlineWords(bytes);
  return (
    end > 0 && words[0] !== undefined && isKnown(words[0]) && !words.some((word) => word.startsWith('HTTP/'))
  );
}

/** `*3\r\n$3\r\nSE`: cut before the first word ends. */
function isBeginning(bytes: Uint8Array): boolean {
  return (
    bytes.length < 40 &&
    /^\*\d*(\r(\n(\$\d*(\r(\n[\w.]*)?)?)?)?)?$/.test(Buffer.from(bytes).toString('latin1'))
  );
}
