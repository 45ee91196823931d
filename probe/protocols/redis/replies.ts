import type { Frame, Framing } from '../frames.ts';
import { MOST_HEAD } from '../frames.ts';
import type { Chunk } from '../parser.ts';
import {
  ATTRIBUTE,
  countOf,
  elementsIn,
  hasBody,
  isAggregate,
  isError,
  isType,
  measureElement,
  textOf,
} from './resp.ts';

/** One whole reply, or push. */
export interface Reply {
  /** Of its first byte. */
  readonly at: number;
  /** Byte of its type; 0 while only attributes were read. */
  type: number;
  /** First word of an error, of the first element of an aggregate, or of the reply itself; ''. */
  word: string;
  /** First word of the first error inside an aggregate, as in the answer of EXEC. */
  inner: string;
  /** Text of its last element. */
  last: string;
}

/** Elements of one reply: beyond this it is nonsense. */
const MOST_ELEMENTS = 2 ** 40;
const MOST_TEXT = 24;

/** Cuts the stream of answers into replies. Elements inside are counted, not kept, so no depth of nesting needs memory. */
export class ReplyFraming implements Framing {
  private readonly onReply: (reply: Reply) => void;
  private readonly onLost: () => void;
  private readonly mayBegin: () => boolean;
  private reply: Reply | null = null;
  private left = 0;

  constructor(onReply: (reply: Reply) => void, onLost: () => void, mayBegin: () => boolean) {
    this.onReply = onReply;
    this.onLost = onLost;
    this.mayBegin = mayBegin;
  }

  measure(bytes: Uint8Array, from: number, to: number): number {
    return measureElement(bytes, from, to);
  }

  wanted(): number {
    return MOST_HEAD;
  }

  frame(frame: Frame): void {
    const { bytes, at } = frame;
    const type = bytes[0]!;
    if (this.reply === null) {
      this.reply = { at, type: 0, word: '', inner: '', last: '' };
      this.left = 1;
    }
    const reply = this.reply;
    const count = isAggregate(type) ? Math.max(0, countOf(bytes, 0, bytes.length)) : 0;
    const text = isAggregate(type) ? '' : firstWord(textOf(bytes, MOST_TEXT));
    if (type !== ATTRIBUTE && reply.type === 0 && this.left === 1) {
      reply.type = type;
      reply.word = text;
    } else if (reply.type !== 0) {
      if (reply.word === '') reply.word = text;
      if (reply.inner === '' && isError(type)) reply.inner = text;
    }
    reply.last = text;
    this.left += elementsIn(type, count) - (type === ATTRIBUTE ? 0 : 1);
    if (this.left > MOST_ELEMENTS) this.left = 0;
    if (this.left === 0) this.finish();
  }

  /** The rest of a reply that has begun may be unreadable: what is known of it counts. */
  lost(): void {
    if (this.reply !== null && this.reply.type !== 0) this.finish();
    this.reply = null;
    this.onLost();
  }

  begins(chunk: Chunk): boolean {
    if (!this.mayBegin() || !isType(chunk.bytes[0]!)) return false;
    const length = measureElement(chunk.bytes, 0, Math.min(chunk.bytes.length, MOST_HEAD));
    return length !== -1;
  }

  private finish(): void {
    const reply = this.reply!;
    this.reply = null;
    this.onReply(reply);
  }
}

function firstWord(text: string): string {
  const end = text.indexOf(' ');
  return end < 0 ? text : text.slice(0, end);
}

/** Whether a chunk begins with something a server may say. */
export function isReply(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || !isType(bytes[0]!)) return false;
  const length = measureElement(bytes, 0, Math.min(bytes.length, MOST_HEAD));
  if (length === -1) return false;
  return hasBody(bytes[0]!) || isAggregate(bytes[0]!) || length < 0 || bytes[length - 2] === 0x0d;
}
