import type { Role } from '../../flow.ts';
import type { Dialect, Exchange, Parser } from '../parser.ts';

/** A connection told by hand: what was said, at which nanosecond, and what a parser makes of it. */
export interface Script {
  request(at: number, bytes: Uint8Array, captured?: number): Script;
  response(at: number, bytes: Uint8Array, captured?: number): Script;
  /** Bytes of a direction that nobody saw. */
  miss(direction: 'request' | 'response', length: number): Script;
  end(): Script;
  readonly exchanges: readonly Exchange[];
  readonly parser: Parser;
  /** `operation status` of every exchange, with `failed` and `untimed`, and its time to answer. */
  readonly told: readonly string[];
}

export function script(dialect: Dialect, role: Role = 'client', late = false): Script {
  const exchanges: Exchange[] = [];
  const parser = dialect.parser((exchange) => exchanges.push(exchange), role, late);
  const offsets = { request: 0, response: 0 };
  const say = (direction: 'request' | 'response', at: number, bytes: Uint8Array, captured = bytes.length) => {
    const { length } = bytes;
    const kept = bytes.subarray(0, captured);
    parser.feed({ direction, at, arrived: 0, offset: offsets[direction], length, bytes: kept });
    offsets[direction] += length;
    return self;
  };
  const self: Script = {
    request: (at, bytes, captured) => say('request', at, bytes, captured),
    response: (at, bytes, captured) => say('response', at, bytes, captured),
    miss(direction, length) {
      offsets[direction] += length;
      return self;
    },
    end() {
      parser.end();
      return self;
    },
    exchanges,
    parser,
    get told() {
      return exchanges.map(
        ({ operation, status, failed, timed, startedAt, answeredAt }) =>
          `${operation} ${status}${failed ? ' failed' : ''}${timed ? '' : ' untimed'} ${startedAt}-${answeredAt}`,
      );
    },
  };
  return self;
}
