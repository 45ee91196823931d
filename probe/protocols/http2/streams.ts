import type { Protocol, Role } from '../../flow.ts';
import type { Beginning } from '../beginning.ts';
import { isFault, statusOf, statusOfCancel, statusOfHttp, statusOfReset } from '../grpc/status.ts';
import type { Fields } from '../hpack/decoder.ts';
import type { Chunk, Exchange } from '../parser.ts';
import type { Lost } from './reader.ts';
import { isEvents, kindOf, operationOf, type Stream, streamOf } from './stream.ts';

/** Streams of one connection that are followed at a time: ten times what servers commonly allow. More are doubts. */
const MAX_OPEN = 1024;

type Direction = Chunk['direction'];

/** Brings requests and answers of one connection together by the numbers of their streams. */
export class Streams {
  readonly #emit: (exchange: Exchange) => void;
  readonly #role: Role;
  readonly #late: boolean;
  readonly #open = new Map<number, Stream>();
  /** Numbers of the first and of the last stream that was seen to begin. */
  #first = Number.POSITIVE_INFINITY;
  #last = 0;
  /** No stream was opened or given out since frames were last lost. */
  #settled = true;
  #protocol: 'http2' | 'grpc' = 'http2';
  #doubts = 0;

  constructor(emit: (exchange: Exchange) => void, role: Role, late: boolean) {
    this.#emit = emit;
    this.#role = role;
    this.#late = late;
  }

  get doubts(): number {
    return this.#doubts;
  }

  get protocol(): Protocol {
    return this.#protocol;
  }

  /** A header block of the client: a request, or the trailers of one. */
  ask(id: number, where: Beginning, fields: Fields | null): void {
    if (id % 2 === 0 || id <= this.#last) return;
    this.#first = Math.min(this.#first, id);
    this.#last = id;
    if (fields === null) this.#doubts++;
    if (this.#open.size >= MAX_OPEN) this.#forgetGiven();
    if (this.#open.size >= MAX_OPEN) {
      this.#doubts++;
      return;
    }
    const stream = streamOf(where, fields, this.#protocol === 'grpc' ? 'grpc' : 'unknown');
    this.#open.set(id, stream);
    this.#settled = false;
    this.#learn(stream);
  }

  /** A header block of the server: an answer, an interim one, or the trailers. */
  answer(id: number, at: number, fields: Fields | null, ends: boolean): void {
    if (id % 2 === 0) return;
    const stream = this.#open.get(id);
    if (stream === undefined) this.#unasked(id, fields);
    else if (fields === null) this.#misread(id, stream);
    else {
      if (stream.answeredAt === 0) this.#begin(id, stream, at, fields);
      if (ends) this.#finish(id, stream, fields);
    }
  }

  /** Bytes of a body; `hidden` more were not captured. */
  data(id: number, direction: Direction, bytes: Uint8Array, hidden: number): void {
    const stream = this.#open.get(id);
    if (stream === undefined || stream.kind === 'plain') return;
    const messages = direction === 'request' ? stream.asked : stream.answered;
    const before = messages.count;
    messages.take(bytes, hidden);
    const more = messages.count > before;
    if (more && (messages.count > 1 || (direction === 'request' && stream.answeredAt !== 0)))
      stream.streaming = true;
  }

  /** The body of an answer is over, without trailers. */
  ends(id: number): void {
    const stream = this.#open.get(id);
    if (stream !== undefined) this.#finish(id, stream, null);
  }

  /** @param code error code of HTTP/2 */
  reset(id: number, direction: Direction, code: number, at: number): void {
    const stream = this.#open.get(id);
    if (stream === undefined) return;
    const over = stream.given || stream.unsure;
    stream.given = true; // a client may reset a stream whose answer is under way
    if (direction === 'response') this.#open.delete(id);
    if (over) return;
    const byClient = direction === 'request';
    if (stream.kind !== 'grpc') this.#give(stream, stream.status, !byClient, !byClient);
    else {
      const status = byClient ? statusOfCancel(at - stream.where.at, stream.timeout) : statusOfReset(code);
      const failed = !byClient || isFault(status);
      this.#give(stream, status, failed, failed && !stream.streaming);
    }
  }

  /** Frames of one direction may have gone by unread. */
  lose(direction: Direction, why: Lost): void {
    if (direction === 'request') {
      if (why !== 'still') this.#doubts++;
      return;
    }
    if (this.#settled) return;
    this.#settled = true;
    this.#forgetGiven();
    for (const stream of this.#open.values())
      if (!stream.unsure) {
        stream.unsure = true;
        this.#doubts++;
      }
  }

  /** Streams that were given out and wait for their end alone. */
  #forgetGiven(): void {
    for (const [id, { given }] of this.#open) if (given) this.#open.delete(id);
  }

  /** The connection has ended. A stream of messages that had begun ends with it; anything else is unanswered. */
  end(): void {
    for (const stream of this.#open.values()) {
      if (stream.given || stream.unsure) continue;
      const began = stream.answeredAt !== 0 && stream.streaming;
      this.#give(stream, 0, !began && !stream.patient, !began && !stream.patient);
    }
    this.#open.clear();
  }

  /** An answer to a request that was never seen, unless it was sent before anything was seen. */
  #unasked(id: number, fields: Fields | null): void {
    if (this.#late && id < this.#first) return;
    if (fields === null || fields.partial || fields.values.has(':status')) this.#doubts++;
  }

  #misread(id: number, stream: Stream): void {
    this.#doubts++;
    this.#open.delete(id);
    stream.given = true;
  }

  #begin(id: number, stream: Stream, at: number, fields: Fields): void {
    const status = Number(fields.values.get(':status') ?? 0);
    if (status >= 100 && status < 200) return;
    if (stream.unsure && status === 0) {
      this.#open.delete(id); // trailers: the answer itself has gone by
      stream.given = true;
      return;
    }
    stream.answeredAt = at;
    stream.status = status;
    stream.events = isEvents(fields);
    if (stream.kind === 'unknown') stream.kind = kindOf(fields, 'unknown');
    this.#learn(stream);
    if (stream.kind === 'plain') this.#givePlain(stream);
  }

  /** @param fields trailers; `null` when the answer ended without any */
  #finish(id: number, stream: Stream, fields: Fields | null): void {
    this.#open.delete(id);
    if (stream.given) return;
    if (stream.answeredAt === 0) this.#doubts++;
    else if (stream.kind === 'unknown' && fields?.values.has('grpc-status') !== true) {
      if (fields?.partial === true) this.#doubts++;
      else this.#givePlain(stream);
    } else {
      stream.kind = 'grpc';
      this.#learn(stream);
      this.#giveCall(stream, fields);
    }
  }

  #givePlain(stream: Stream): void {
    const { status, patient, events } = stream;
    stream.given = true;
    stream.kind = 'plain';
    this.#settled = false;
    if (status < 200 || status > 999) this.#doubts++;
    else this.#give(stream, status, status >= 500, !patient && !events);
  }

  #giveCall(stream: Stream, fields: Fields | null): void {
    const text = fields?.values.get('grpc-status');
    const unknown =
      text === null || (text === undefined && (fields?.partial === true || stream.status === 0));
    const status = typeof text === 'string' ? statusOf(text) : statusOfHttp(stream.status);
    if (unknown) this.#doubts++;
    else this.#give(stream, status, isFault(status), !stream.streaming);
  }

  #learn({ kind }: Stream): void {
    if (kind === 'grpc') this.#protocol = 'grpc';
  }

  #give(stream: Stream, status: number, failed: boolean, timed: boolean): void {
    const { where, answeredAt } = stream;
    const arrivedAt = this.#role === 'server' ? where.arrived : 0;
    const operation = operationOf(stream);
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
