import type { Role } from '../../flow.ts';
import { type Frame, FrameReader, MOST_HEAD, MOST_WANTED } from '../frames.ts';
import type { Chunk, Exchange, Parser } from '../parser.ts';
import { type Asked, asked, exchangeOf, MOST_PENDING } from '../pending.ts';
import { Answer, isTail } from './answer.ts';
import { isCommand, isSilent, isStream } from './commands.ts';
import { followedBy } from './handshake.ts';
import { Operations } from './requests.ts';
import { errorNumber, HEAD, isError, isOk, measurePacket } from './wire.ts';

interface Question {
  readonly asked: Asked;
  readonly operation: string;
  readonly timed: boolean;
  readonly answer: Answer;
  answeredAt: number;
}

/**
 * `greeting` comes from the server and answers nothing; authentication is no request, but a refused one is a failed `CONNECT`.
 * `closed`: TLS, compression or a stream of the binary log, of which nothing is read.
 */
type Phase = 'greeting' | 'authenticating' | 'ready' | 'closed';

export class MysqlParser implements Parser {
  readonly protocol = 'mysql';
  doubts = 0;
  private readonly emit: (exchange: Exchange) => void;
  private readonly role: Role;
  private readonly requests: FrameReader;
  private readonly answers: FrameReader;
  private readonly operations = new Operations();
  private pending: Question[] = [];
  private phase: Phase;
  private connect: Asked | null = null;
  private compressed = false;
  /** The client sends packets of a file, up to an empty one. */
  private inFile = false;

  constructor(emit: (exchange: Exchange) => void, role: Role, late: boolean) {
    this.emit = emit;
    this.role = role;
    this.phase = late ? 'ready' : 'greeting';
    this.requests = new FrameReader(
      {
        measure: measurePacket,
        wanted: () => MOST_WANTED,
        frame: (frame) => this.request(frame),
        lost: () => {
          this.doubts++;
        },
        begins: (chunk) => this.requestsBegin(chunk),
      },
      late,
    );
    this.answers = new FrameReader(
      {
        measure: measurePacket,
        wanted: () => MOST_HEAD,
        frame: (frame) => this.answer(frame),
        lost: () => this.lost(),
        begins: ({ bytes }) => this.pending.length > 0 && bytes[3] === 1,
      },
      late,
    );
  }

  feed(chunk: Chunk): void {
    if (this.phase === 'closed') return;
    (chunk.direction === 'request' ? this.requests : this.answers).feed(chunk);
  }

  end(): void {
    for (const question of this.pending) this.give(question, 0, question.answeredAt === 0 && question.timed);
    this.pending = [];
  }

  private request(frame: Frame): void {
    const isFirst = frame.bytes[3] === 0;
    if (this.inFile) {
      this.inFile = frame.length > HEAD;
      return;
    }
    if (!isFirst) {
      if (this.phase !== 'ready') this.authenticate(frame);
      return;
    }
    if (this.phase !== 'ready') this.begin();
    if (this.phase === 'ready') this.command(frame);
  }

  private authenticate(frame: Frame): void {
    this.phase = 'authenticating';
    if (this.connect !== null) return;
    this.connect = asked(frame, this.role);
    const next = followedBy(frame.bytes, frame.length);
    if (next === 'tls') this.phase = 'closed';
    this.compressed = next === 'compression';
  }

  /** Authentication is over. */
  private begin(): void {
    this.phase = this.compressed ? 'closed' : 'ready';
    if (this.compressed) this.doubts++;
  }

  private command(frame: Frame): void {
    const command = frame.bytes[HEAD] ?? 0;
    if (!isCommand(command)) {
      this.requests.lose();
      return;
    }
    if (isSilent(command)) return;
    if (this.pending.length >= MOST_PENDING) this.forget(1);
    this.pending.push({
      asked: asked(frame, this.role),
      operation: this.operations.of(frame),
      timed: !isStream(command),
      answer: new Answer(command),
      answeredAt: 0,
    });
  }

  private answer(frame: Frame): void {
    if (this.phase !== 'ready') {
      this.greet(frame);
      return;
    }
    const [head] = this.pending;
    if (head === undefined || (head.answeredAt === 0 && isTail(frame))) return;
    if (head.answeredAt === 0) head.answeredAt = frame.at;
    const { done, error } = head.answer.take(frame);
    if (head.answer.wantsFile) this.inFile = true;
    if (head.answer.statement !== null) this.operations.prepared(head.answer.statement, head.operation);
    if (!head.timed) this.phase = 'closed';
    if (!done && head.timed) return;
    this.inFile = false;
    this.pending.shift();
    this.give(head, error, error !== 0);
  }

  /** Before the first command: a greeting, questions about who the client is, and the verdict. */
  private greet(frame: Frame): void {
    if (isError(frame)) {
      this.phase = 'closed';
      const who = this.connect ?? { ...asked(frame, 'client'), offset: 0 };
      const timed = this.connect !== null;
      const outcome = { answeredAt: frame.at, status: errorNumber(frame), failed: true, timed };
      this.emit(exchangeOf(who, { operation: 'CONNECT', ...outcome }));
    } else if (this.phase === 'greeting') this.phase = 'authenticating';
    else if (isOk(frame)) this.begin();
  }

  private give({ asked, operation, answeredAt, timed }: Question, status: number, failed: boolean): void {
    this.emit(exchangeOf(asked, { operation, answeredAt, status, failed, timed }));
  }

  private requestsBegin({ bytes, length }: Chunk): boolean {
    const size = measurePacket(bytes, 0, bytes.length);
    if (size <= HEAD || bytes[3] !== 0 || !isCommand(bytes[HEAD] ?? 0)) return false;
    if (size !== length && (size > length || bytes[size + 3] !== 0)) return false;
    this.inFile = false;
    this.forget(0);
    return true;
  }

  /** The rest of an answer could not be read: one that has begun counts as it is. */
  private lost(): void {
    if (this.phase !== 'ready') this.doubts++;
    const [head] = this.pending;
    if (head !== undefined && head.answeredAt !== 0) this.give(this.pending.shift()!, 0, false);
    this.inFile = false;
    this.forget(0);
  }

  private forget(more: number): void {
    this.doubts += this.pending.length + more;
    this.pending = [];
  }
}
