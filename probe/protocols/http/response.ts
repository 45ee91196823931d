import type { Beginning } from '../beginning.ts';
import { Framing, opensResponse, statusLine } from './lines.ts';
import type { Matching, Waiting } from './matching.ts';
import { type Listener, type Lost, TUNNEL, UNTOLD } from './reader.ts';

const SWITCHING_PROTOCOLS = 101;
const EVENTS = /^text\/event-stream\s*(?:;|$)/i;

/** Makes answers of the messages that go to the client. */
export class ResponseSide implements Listener {
  readonly #matching: Matching;
  readonly #answered: (request: Waiting | null, tunnel: boolean) => void;
  readonly #framing = new Framing();
  #at = 0;
  #status = 0;
  #stream = false;

  /**
   * @param answered told of every final answer: which request it belongs to, and whether the connection is a tunnel now
   */
  constructor(matching: Matching, answered: (request: Waiting | null, tunnel: boolean) => void) {
    this.#matching = matching;
    this.#answered = answered;
  }

  opens(text: string): boolean {
    return opensResponse(text);
  }

  begins(line: string, where: Beginning): boolean {
    this.#status = statusLine(line);
    if (this.#status === 0) return false;
    this.#at = where.at;
    this.#stream = false;
    this.#framing.reset();
    this.#matching.begin();
    return true;
  }

  field(name: string, value: string): void {
    this.#framing.field(name, value);
    if (name === 'content-type' && EVENTS.test(value)) this.#stream = true;
  }

  headEnds(): number {
    const status = this.#status;
    if (status < 200 && status !== SWITCHING_PROTOCOLS) return 0;
    const request = this.#finish();
    if (this.#tunnels(request)) return TUNNEL;
    if (request?.method === 'HEAD' || status === 204 || status === 304) return 0;
    return this.#framing.follows(UNTOLD);
  }

  loses(why: Lost, inHead: boolean): void {
    if (inHead && this.#status >= 200) this.#finish();
    else if (why === 'nonsense') this.#matching.doubt();
    this.#matching.unread();
  }

  unread(): void {
    this.#matching.unread();
  }

  /** The connection ends within the head of an answer: its status is known. */
  end(inHead: boolean): void {
    if (inHead && this.#status >= 200) this.#finish();
  }

  #finish(): Waiting | null {
    const status = this.#status;
    const timed = status !== SWITCHING_PROTOCOLS && !this.#stream;
    const request = this.#matching.answer({ status, at: this.#at, timed });
    this.#answered(request, this.#tunnels(request));
    return request;
  }

  #tunnels(request: Waiting | null): boolean {
    return this.#status === SWITCHING_PROTOCOLS || (request?.method === 'CONNECT' && this.#status < 300);
  }
}
