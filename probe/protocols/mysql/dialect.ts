import { untilLonger } from '../beginning.ts';
import type { Chunk, Dialect } from '../parser.ts';
import { sqlTemplate, UNKNOWN } from '../sql/index.ts';
import { EXECUTE, isCommand, PREPARE, QUERY } from './commands.ts';
import { isGreeting, isHandshakeResponse, isRefusal } from './handshake.ts';
import { MysqlParser } from './parser.ts';
import { HEAD, isEnd, isError, isOk, measurePacket, uint32 } from './wire.ts';

/** MySQL and MariaDB, version 10 of the protocol. */
export const MYSQL: Dialect = {
  protocol: 'mysql',
  recognise(chunks, _port, late) {
    const first = chunks[0];
    if (first === undefined) return 'later';
    if (isOpening(first) || isLogin(chunks)) return 'yes';
    if (!late) return isShort(first) ? 'later' : 'no';
    if (chunks.some((chunk, i) => isOpening(chunk) || isCommandOf(chunk, chunks[i + 1]))) return 'yes';
    return chunks.length < 8 ? 'later' : 'no';
  },
  parser: (emit, role, late) => new MysqlParser(emit, role, late),
};

function isOpening({ direction, bytes, length }: Chunk): boolean {
  if (direction === 'request') return isHandshakeResponse(bytes, length);
  return isGreeting(bytes) || isRefusal(bytes, length);
}

/** In the clear text of TLS; servers read the head of a packet and then the rest. */
function isLogin(chunks: readonly Chunk[]): boolean {
  const before = untilLonger(chunks, HEAD);
  if (before.length < 2 || before[0]!.direction !== 'request') return false;
  const bytes = Buffer.concat(before.map((chunk) => chunk.bytes));
  return isHandshakeResponse(bytes, bytes.length);
}

/** The beginning of a greeting, or of a login after one: a length below 1024, and the number that the packet has. */
function isShort({ bytes, direction }: Chunk): boolean {
  const greeting = direction === 'response';
  if (bytes.length >= (greeting ? HEAD + 7 : HEAD + 1)) return false;
  const sequence = bytes[3] ?? (greeting ? 0 : 2);
  return (
    (bytes[1] ?? 0) < 4 &&
    (bytes[2] ?? 0) === 0 &&
    (greeting ? sequence === 0 : sequence >= 1 && sequence <= 3)
  );
}

/** A whole packet with a command of its own shape, or one that is answered as commands are. */
function isCommandOf({ direction, bytes, length }: Chunk, next: Chunk | undefined): boolean {
  if (direction !== 'request' || bytes.length <= HEAD || bytes[3] !== 0) return false;
  const command = bytes[HEAD]!;
  if (measurePacket(bytes, 0, bytes.length) !== length || !isCommand(command)) return false;
  if (command === QUERY || command === PREPARE)
    return sqlTemplate(bytes.subarray(HEAD + 1), 'mysql', true) !== UNKNOWN;
  if (command === EXECUTE)
    return length >= HEAD + 10 && bytes[HEAD + 5]! < 8 && uint32(bytes, HEAD + 6) === 1;
  if (next?.direction !== 'response' || next.bytes[3] !== 1) return false;
  const whole = measurePacket(next.bytes, 0, next.bytes.length) === next.length;
  return whole && (isOk(next) || isError(next) || isEnd(next)) && next.length >= HEAD + 5;
}
