import type { Role } from '../../flow.ts';
import { type Frame, FrameReader } from '../frames.ts';
import type { Chunk, Exchange, Parser } from '../parser.ts';
import { type Asked, asked, exchangeOf, MOST_PENDING } from '../pending.ts';
import { isWaiting, nameOf, SASL_HANDSHAKE } from './apis.ts';
import { errorOf, isFailure } from './errors.ts';
import { int32, LENGTH, measureMessage, type Request, readRequest } from './request.ts';

/** Head with a long id of the client; the names of a transaction and of a topic. */
const WANTED = 640;

interface Question {
  readonly asked: Asked;
  readonly request: Request;
}

/** Many requests are open at once; answers carry the number of theirs. */
export class KafkaParser implements Parser {
  readonly protocol = 'kafka';
  doubts = 0;
  private readonly emit: (exchange: Exchange) => void;
  private readonly role: Role;
  private readonly requests: FrameReader;
  private readonly answers: FrameReader;
  private readonly open = new Map<number, Question>();
  /** A late join may see the answer of a request that it did not see. */
  private readonly late: boolean;
  /** The first version of SASL sends its tokens without heads. */
  private tokens = false;

  constructor(emit: (exchange: Exchange) => void, role: Role, late: boolean) {
    this.emit = emit;
    this.role = role;
    this.late = late;
    const common = { measure: measureMessage, wanted: () => WANTED };
    this.requests = new FrameReader(
      {
        ...common,
        frame: (frame) => this.ask(frame),
        lost: () => {
          this.doubts++;
        },
        begins: ({ bytes }) => measureMessage(bytes, 0, bytes.length) > 0 && readRequest(bytes) !== null,
      },
      late,
    );
    this.answers = new FrameReader(
      {
        ...common,
        frame: (frame) => this.answer(frame),
        lost: () => this.forget(),
        begins: ({ bytes }) => measureMessage(bytes, 0, bytes.length) > 0 && this.open.has(idOf(bytes)),
      },
      late,
    );
  }

  feed(chunk: Chunk): void {
    (chunk.direction === 'request' ? this.requests : this.answers).feed(chunk);
  }

  end(): void {
    for (const { asked, request } of this.open.values())
      this.give(asked, request, 0, 0, !isWaiting(request.key));
    this.open.clear();
  }

  private ask(frame: Frame): void {
    const request = readRequest(frame.bytes);
    if (request === null) {
      if (!this.tokens) this.requests.lose();
      return;
    }
    const question = asked(frame, this.role);
    if (request.oneWay) {
      this.give(question, request, 0, 0, false);
      return;
    }
    if (this.open.size >= MOST_PENDING || this.open.has(request.id)) this.forget();
    this.open.set(request.id, { asked: question, request });
  }

  private answer(frame: Frame): void {
    const id = idOf(frame.bytes);
    const question = this.open.get(id);
    if (question === undefined) {
      if (!this.tokens && !this.late) this.doubts++;
      return;
    }
    this.open.delete(id);
    const { key, version } = question.request;
    if (key === SASL_HANDSHAKE) this.tokens = version === 0;
    const error = errorOf(frame.bytes, key, version);
    this.give(question.asked, question.request, frame.at, error, isFailure(error));
  }

  private give(asked: Asked, request: Request, answeredAt: number, status: number, failed: boolean): void {
    const timed = !request.oneWay && !isWaiting(request.key);
    this.emit(exchangeOf(asked, { operation: nameOf(request.key), answeredAt, status, failed, timed }));
  }

  private forget(): void {
    this.doubts += this.open.size;
    this.open.clear();
  }
}

export function idOf(bytes: Uint8Array): number {
  return bytes.length < LENGTH + 4 ? -1 : int32(bytes, LENGTH);
}
