import type { Role } from '../../flow.ts';
import type { Chunk, Exchange, Parser } from '../parser.ts';
import { Matching } from './matching.ts';
import { MessageReader } from './reader.ts';
import { RequestSide } from './request.ts';
import { ResponseSide } from './response.ts';

/**
 * HTTP/1.0 and 1.1. Answers are matched with requests in order. An exchange is given out when the head of its final answer
 * has gone by: its latency is the time to the first byte of that answer, so downloads and chunked streams are timed too. Not
 * timed are event streams, `Prefer: wait`, CONNECT and switched protocols; a long poll that says nothing of the kind cannot be
 * told from a slow answer. Failed are 5xx and requests left unanswered, unless they said that they will wait.
 *
 * A message whose end cannot be told (not captured, a gap, until close) is followed by one at the beginning of a later chunk.
 * Nothing is lost by that as long as the client sends its next request after the answer; requests that were waiting while
 * bytes of answers went by unread are doubts. After an upgrade or CONNECT the connection is not read any more.
 */
export class HttpParser implements Parser {
  readonly protocol = 'http';
  readonly #matching: Matching;
  readonly #requests: MessageReader;
  readonly #responses: MessageReader;
  readonly #responseSide: ResponseSide;

  constructor(emit: (exchange: Exchange) => void, role: Role, late: boolean) {
    this.#matching = new Matching(emit, role, late);
    this.#responseSide = new ResponseSide(this.#matching, (request, tunnel) => {
      if (tunnel) this.#requests.tunnel();
      else if (request?.expects) this.#requests.doubtBody();
    });
    this.#requests = new MessageReader(new RequestSide(this.#matching), late);
    this.#responses = new MessageReader(this.#responseSide, late);
  }

  get doubts(): number {
    return this.#matching.doubts;
  }

  feed(chunk: Chunk): void {
    (chunk.direction === 'request' ? this.#requests : this.#responses).feed(chunk);
  }

  end(): void {
    this.#responseSide.end(this.#responses.inHead);
    this.#matching.end();
  }
}
