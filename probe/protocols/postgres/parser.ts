import type { Role } from '../../flow.ts';
import { type Frame, FrameReader, MOST_WANTED, NONSENSE } from '../frames.ts';
import type { Chunk, Exchange, Parser } from '../parser.ts';
import { asked, exchangeOf } from '../pending.ts';
import { Backend } from './backend.ts';
import { Frontend } from './frontend.ts';
import { statusOf } from './sqlstate.ts';
import { type Unit, unit } from './unit.ts';
import { startsFrames } from './walk.ts';
import { errorField, measureBackend, measureFrontend, openingOf, type, uint32 } from './wire.ts';

/**
 * `opening`: a message without a type comes next. `encrypting`: one byte answers whether TLS follows. `starting`: authentication,
 * which is no request; a refused one is a failed `CONNECT`. `closed`: nothing that follows is read.
 */
type Phase = 'opening' | 'encrypting' | 'starting' | 'ready' | 'closed';

const WITH_TEXT: ReadonlySet<number> = new Set([...'QP'].map(type));
/** Two names of a Bind, the fields of an error up to its code, a command tag. */
const NAMES = 300;
const ERROR = type('E');
const READY = type('Z');
const TERMINATE = type('X');
/** Also every other answer to a question of the server. */
const PASSWORD = type('p');
const NO = type('N');

export class PostgresParser implements Parser {
  readonly protocol = 'postgres';
  doubts = 0;
  private readonly emit: (exchange: Exchange) => void;
  private readonly role: Role;
  private readonly requests: FrameReader;
  private readonly answers: FrameReader;
  private readonly frontend: Frontend;
  private readonly backend: Backend;
  private phase: Phase;
  private connect: Unit | null = null;
  /** A late join may see the answer of a request that it did not see. */
  private expected: boolean;

  constructor(emit: (exchange: Exchange) => void, role: Role, late: boolean) {
    this.emit = emit;
    this.role = role;
    this.phase = late ? 'ready' : 'opening';
    this.expected = !late;
    this.backend = new Backend((done) => this.give(done));
    this.frontend = new Frontend(role, (asked) => {
      this.expected = true;
      this.doubts += this.backend.push(asked);
    });
    this.requests = new FrameReader(this.requestFraming(), late);
    this.answers = new FrameReader(this.answerFraming(), late);
  }

  feed(chunk: Chunk): void {
    if (this.phase === 'closed') return;
    (chunk.direction === 'request' ? this.requests : this.answers).feed(chunk);
  }

  end(): void {
    this.backend.end();
  }

  private requestFraming() {
    return {
      measure: (bytes: Uint8Array, from: number, to: number) =>
        this.phase === 'opening' ? measureOpening(bytes, from, to) : measureFrontend(bytes, from, to),
      wanted: (bytes: Uint8Array, from: number) => (WITH_TEXT.has(bytes[from]!) ? MOST_WANTED : NAMES),
      frame: (frame: Frame) => (this.phase === 'opening' ? this.open(frame) : this.request(frame)),
      lost: (missed: number) => {
        if (this.phase === 'closed' || (this.phase === 'ready' && this.frontend.lost(missed))) return;
        this.doubts++;
      },
      begins: (chunk: Chunk) => this.requestsBegin(chunk),
    };
  }

  private answerFraming() {
    return {
      measure: (bytes: Uint8Array, from: number, to: number) =>
        this.phase === 'encrypting' && bytes[from] !== ERROR ? 1 : measureBackend(bytes, from, to),
      wanted: () => NAMES,
      frame: (frame: Frame) => this.answer(frame),
      lost: () => {
        this.doubts += this.backend.lost();
      },
      begins: (chunk: Chunk) => this.answersBegin(chunk),
    };
  }

  private requestsBegin(chunk: Chunk): boolean {
    const opening = openingOf(chunk.bytes);
    if (opening !== null) this.phase = 'opening';
    else if (!startsFrames(chunk, measureFrontend)) return false;
    else if (this.phase !== 'starting') this.phase = 'ready';
    this.doubts += this.backend.forget();
    return true;
  }

  private answersBegin(chunk: Chunk): boolean {
    if (this.phase === 'encrypting') return chunk.length === 1;
    return (this.backend.waiting || this.phase === 'starting') && startsFrames(chunk, measureBackend);
  }

  /** The first message of a connection, or the one behind a refused encryption. */
  private open(frame: Frame): void {
    const opening = openingOf(frame.bytes);
    if (opening === 'encrypt') this.phase = 'encrypting';
    else if (opening === 'startup') {
      this.phase = 'starting';
      this.connect = unit('query', asked(frame, this.role), 'CONNECT');
    } else this.phase = 'closed';
  }

  private request(frame: Frame): void {
    const code = frame.bytes[0];
    if (this.phase === 'starting' && code !== PASSWORD && code !== TERMINATE) this.phase = 'ready';
    if (this.phase === 'ready' && code !== TERMINATE) this.frontend.message(frame);
  }

  private answer(frame: Frame): void {
    const code = frame.bytes[0];
    if (this.phase === 'encrypting') this.phase = code === NO ? 'opening' : 'closed';
    else if (this.phase === 'ready') {
      const misread = this.backend.message(frame);
      if (this.expected) this.doubts += misread;
    } else if (code === READY) this.phase = 'ready';
    else if (code === ERROR && this.connect !== null) {
      const status = statusOf(errorField(frame.bytes, 'C'));
      this.phase = 'closed';
      this.give({ ...this.connect, answeredAt: frame.at, status, failed: true });
    }
  }

  private give({ asked, operation, answeredAt, status, failed, timed }: Unit): void {
    this.emit(exchangeOf(asked, { operation, answeredAt, status, failed, timed }));
  }
}

function measureOpening(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 8) return 0;
  return openingOf(bytes, from) === null ? NONSENSE : uint32(bytes, from);
}
