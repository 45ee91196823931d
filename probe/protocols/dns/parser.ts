import type { Role } from '../../flow.ts';
import { type Frame, FrameReader, type Framing } from '../frames.ts';
import type { Chunk, Exchange, Parser } from '../parser.ts';
import { type Asked, asked, exchangeOf, MOST_PENDING } from '../pending.ts';
import { readMessage } from './message.ts';
import { isFailure, operationOf } from './operation.ts';

/** RFC 1035 § 4.2.2: two bytes of length before each message. */
export const PREFIX = 2;
const HEADER = 12;
/** Length, header, the longest name, type and class. */
const WANTED = PREFIX + HEADER + 255 + 4;

interface Query extends Asked {
  readonly operation: string;
}

/** DNS over TCP: many queries may be open, and are answered in any order (RFC 7766 § 6.2.1.1). */
export class DnsParser implements Parser {
  readonly protocol = 'dns';
  doubts = 0;
  private readonly emit: (exchange: Exchange) => void;
  private readonly role: Role;
  private readonly open = new Map<number, Query>();
  private readonly queries: FrameReader;
  private readonly answers: FrameReader;

  constructor(emit: (exchange: Exchange) => void, role: Role, late: boolean) {
    this.emit = emit;
    this.role = role;
    this.queries = new FrameReader(
      framing(
        (frame) => this.ask(frame),
        () => 1,
        (more) => this.doubt(more),
      ),
      late,
    );
    this.answers = new FrameReader(
      framing(
        (frame) => this.answer(frame),
        () => this.forget(),
        (more) => this.doubt(more),
      ),
      late,
    );
  }

  feed(chunk: Chunk): void {
    (chunk.direction === 'request' ? this.queries : this.answers).feed(chunk);
  }

  end(): void {
    for (const { operation, ...query } of this.open.values())
      this.emit(exchangeOf(query, { operation, answeredAt: 0, status: 0, failed: true, timed: true }));
    this.open.clear();
  }

  private ask(frame: Frame): void {
    const message = readMessage(frame.bytes.subarray(PREFIX));
    if (message === null || message.response) {
      this.doubts++;
      return;
    }
    if (this.open.size >= MOST_PENDING || this.open.has(message.id)) this.doubts += this.forget();
    this.open.set(message.id, { ...asked(frame, this.role), operation: operationOf(message) });
  }

  /** The second and later messages of a zone transfer have the number of a query that is answered: they are passed over. */
  private answer(frame: Frame): void {
    const { bytes } = frame;
    const id = (bytes[PREFIX]! << 8) | bytes[PREFIX + 1]!;
    const query = this.open.get(id);
    if (query === undefined) return;
    this.open.delete(id);
    const { operation, ...rest } = query;
    const status = bytes[PREFIX + 3]! & 0xf;
    const failed = isFailure(status);
    this.emit(exchangeOf(rest, { operation, answeredAt: frame.at, status, failed, timed: true }));
  }

  private forget(): number {
    const count = this.open.size;
    this.open.clear();
    return count;
  }

  private doubt(more: number): void {
    this.doubts += more;
  }
}

function framing(frame: (frame: Frame) => void, lost: () => number, doubt: (more: number) => void): Framing {
  return {
    measure: measureMessage,
    wanted: () => WANTED,
    frame,
    lost: () => doubt(lost()),
    begins: ({ bytes, length }) =>
      measureMessage(bytes, 0, bytes.length) === length && readMessage(bytes.subarray(PREFIX)) !== null,
  };
}

export function measureMessage(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < PREFIX) return 0;
  const length = (bytes[from]! << 8) | bytes[from + 1]!;
  return length < HEADER ? -1 : PREFIX + length;
}
