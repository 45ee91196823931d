import { type Beginning, beginningAt } from '../beginning.ts';
import type { Chunk } from '../parser.ts';
import { Bytes } from './bytes.ts';
import {
  CONTINUATION,
  DATA,
  type FrameHead,
  frameHead,
  framesOf,
  HEAD_BYTES,
  HEADERS,
  isLegal,
  PREFACE,
  PUSH_PROMISE,
  RST_STREAM,
} from './frames.ts';

/** Bytes never came, were not captured or make no sense; or the place is `still` lost. */
export type Lost = 'gap' | 'cut' | 'nonsense' | 'still';

export interface FrameListener {
  /** A frame that matters is complete; `cut`: only the beginning of its payload is known. Of DATA nothing is given. */
  frame(head: FrameHead, payload: Uint8Array, cut: boolean): void;
  /** The next bytes of a DATA frame; `hidden` more were not captured. */
  data(head: FrameHead, bytes: Uint8Array, hidden: number): void;
  /** Frames may have gone by unread. */
  loses(why: Lost): void;
}

type State = 'preface' | 'head' | 'payload' | 'blind';

const KEPT: ReadonlySet<number> = new Set([HEADERS, RST_STREAM, PUSH_PROMISE, CONTINUATION]);
/** Longest gap that can be told from bytes that come again. */
const FURTHEST = 2 ** 31;
const NOTHING = new Uint8Array(0);
const NO_FRAME = frameHead(new Uint8Array(HEAD_BYTES), 0, { offset: 0, at: 0, arrived: 0 });

/** Finds the frames in one direction of an HTTP/2 connection. Keeps a head or header block that was cut between chunks. */
export class FrameReader {
  readonly #listener: FrameListener;
  #state: State;
  #next: number;
  /** Bytes left of the preface, or of the payload. */
  #left = 0;
  #head: FrameHead = NO_FRAME;
  #begun: Beginning = NO_FRAME.where;
  readonly #kept = new Bytes();
  #cut = false;

  /** @param preface the client's connection preface comes first */
  constructor(listener: FrameListener, preface: boolean, late: boolean) {
    this.#listener = listener;
    this.#next = late ? -1 : 0;
    this.#state = late ? 'blind' : preface ? 'preface' : 'head';
    this.#left = preface ? PREFACE.length : 0;
  }

  feed(chunk: Chunk): void {
    this.#place(chunk);
    if (this.#blind && framesOf(chunk) !== null) this.#state = 'head';
    let at = 0;
    while (at < chunk.length && !this.#blind) at += this.#step(chunk, at);
    if (at === 0 && this.#blind) this.#listener.loses('still');
  }

  get #blind(): boolean {
    return this.#state === 'blind';
  }

  #step(chunk: Chunk, at: number): number {
    if (this.#state === 'payload') return this.#takePayload(chunk, at);
    if (at >= chunk.bytes.length) {
      this.#lose('cut');
      return 0;
    }
    return this.#state === 'preface' ? this.#takePreface(chunk, at) : this.#takeHead(chunk, at);
  }

  #lose(why: Lost): void {
    this.#state = 'blind';
    this.#kept.clear();
    this.#listener.loses(why);
  }

  /** Notices bytes that never came; within a payload they are like bytes that were not captured. */
  #place({ offset, length }: Chunk): void {
    const missing = this.#next < 0 ? 0 : (offset - this.#next) >>> 0;
    this.#next = (offset + length) >>> 0;
    if (missing === 0) return;
    if (this.#state === 'payload' && missing <= Math.min(this.#left, FURTHEST)) this.#pass(NOTHING, missing);
    else this.#lose('gap');
  }

  #takePreface({ bytes }: Chunk, at: number): number {
    const count = Math.min(this.#left, bytes.length - at);
    const from = PREFACE.length - this.#left;
    for (let n = 0; n < count; n++)
      if (bytes[at + n] !== PREFACE[from + n]) {
        this.#lose('nonsense');
        return 0;
      }
    this.#left -= count;
    if (this.#left === 0) this.#state = 'head';
    return count;
  }

  #takeHead(chunk: Chunk, at: number): number {
    const { bytes } = chunk;
    if (this.#kept.length === 0) this.#begun = beginningAt(chunk, at);
    const count = Math.min(HEAD_BYTES - this.#kept.length, bytes.length - at);
    if (count === HEAD_BYTES) this.#beginFrame(frameHead(bytes, at, this.#begun));
    else {
      this.#kept.add(bytes.subarray(at, at + count));
      if (this.#kept.length === HEAD_BYTES) this.#beginFrame(frameHead(this.#kept.take(), 0, this.#begun));
    }
    return count;
  }

  #beginFrame(head: FrameHead): void {
    this.#head = head;
    this.#left = head.length;
    this.#cut = false;
    this.#state = 'payload';
    if (!isLegal(head)) this.#lose('nonsense');
    else if (head.length === 0) this.#endFrame(NOTHING, false);
  }

  #takePayload({ bytes, length }: Chunk, at: number): number {
    const count = Math.min(this.#left, length - at);
    const there = bytes.subarray(Math.min(at, bytes.length), Math.min(at + count, bytes.length));
    this.#pass(there, count - there.length);
    return count;
  }

  #pass(there: Uint8Array, hidden: number): void {
    this.#left -= there.length + hidden;
    const { type } = this.#head;
    if (type === DATA) this.#listener.data(this.#head, there, hidden);
    const kept = KEPT.has(type) ? there : NOTHING;
    if (this.#left === 0 && this.#kept.length === 0 && !this.#cut) this.#endFrame(kept, hidden > 0);
    else {
      if (!this.#cut) this.#cut = !this.#kept.add(kept) || hidden > 0;
      if (this.#left === 0) this.#endFrame(this.#kept.take(), this.#cut);
    }
  }

  #endFrame(payload: Uint8Array, cut: boolean): void {
    this.#state = 'head';
    if (this.#head.type === DATA || KEPT.has(this.#head.type)) this.#listener.frame(this.#head, payload, cut);
  }
}
