import type { Role } from '../../flow.ts';
import type { Beginning } from '../beginning.ts';
import type { Exchange } from '../parser.ts';

/** A request whose answer has not come. */
export interface Waiting {
  readonly where: Beginning;
  readonly operation: string;
  readonly method: string;
  /** It said that it will wait (`Prefer: wait`), or asked for a stream of events and for nothing else. */
  patient: boolean;
  /** It expects to be told before it sends its body. */
  expects: boolean;
  /** All of its head has gone by, so an answer is due. */
  due: boolean;
}

export interface Answer {
  readonly status: number;
  readonly at: number;
  readonly timed: boolean;
}

/** Requests of one connection that may wait for their answers; more are known by their number alone. */
const MAX_WAITING = 256;
/** Sent by servers to connections on which no request came in time. */
const REQUEST_TIMEOUT = 408;

/** Brings the requests and answers of one connection together, in order. */
export class Matching {
  readonly #emit: (exchange: Exchange) => void;
  readonly #role: Role;
  readonly #waiting: Waiting[] = [];
  #beyond = 0;
  /** Answers may have gone by unread while requests were waiting. */
  #unsure = false;
  /** Answers to requests from before the connection was seen are nobody's loss. */
  #before: boolean;
  #doubts = 0;

  constructor(emit: (exchange: Exchange) => void, role: Role, late: boolean) {
    this.#emit = emit;
    this.#role = role;
    this.#before = late;
  }

  get doubts(): number {
    return this.#doubts;
  }

  /** A request or an answer may have been missed or misread. */
  doubt(): void {
    this.#doubts++;
  }

  ask(request: Waiting): void {
    this.#before = false;
    if (this.#beyond === 0 && this.#waiting.length < MAX_WAITING) this.#waiting.push(request);
    else {
      this.#beyond++;
      this.#doubts++;
    }
  }

  /** Bytes of answers go by that cannot be read. */
  unread(): void {
    if (this.#waiting.length > 0) this.#unsure = true;
  }

  /** An answer begins; nobody knows whose it is when others may have gone by unread. */
  begin(): void {
    if (this.#unsure) this.#giveUp();
  }

  /** The oldest request has its answer. */
  answer({ status, at, timed }: Answer): Waiting | null {
    const request = this.#waiting.shift();
    if (request === undefined) {
      if (this.#beyond > 0) this.#beyond--;
      else if (!this.#before && status !== REQUEST_TIMEOUT) this.#doubts++;
      return null;
    }
    const timing = timed && !request.patient && request.method !== 'CONNECT';
    this.#give(request, at, status, status >= 500, timing);
    return request;
  }

  end(): void {
    this.begin();
    for (const request of this.#waiting.splice(0))
      if (request.due) this.#give(request, 0, 0, !request.patient, !request.patient);
  }

  #giveUp(): void {
    this.#doubts += this.#waiting.length;
    this.#waiting.length = 0;
    this.#unsure = false;
  }

  #give(request: Waiting, answeredAt: number, status: number, failed: boolean, timed: boolean): void {
    const { where, operation } = request;
    const arrivedAt = this.#role === 'server' ? where.arrived : 0;
    this.#emit({
      offset: where.offset,
      startedAt: where.at,
      arrivedAt,
      answeredAt,
      operation,
      status,
      failed,
      timed,
    });
  }
}
