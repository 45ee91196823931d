import { type Beginning, beginningAt } from '../beginning.ts';
import type { Chunk } from '../parser.ts';

/** What follows the head of a message: a number of bytes (0 = nothing), or one of these. */
export const CHUNKED = -1;
/** A body whose end cannot be told from its bytes: until the connection closes, or because the head was not read whole. */
export const UNTOLD = -2;
/** The connection is HTTP no longer. */
export const TUNNEL = -3;

/** Why the reader lost its place: bytes never came, were not captured, or make no sense. */
export type Lost = 'gap' | 'cut' | 'nonsense';

export interface Listener {
  /** Whether a message may begin with these characters: its first ones, ten at most. */
  opens(text: string): boolean;
  /**
   * @param cut the line goes on, but was not captured or is too long
   * @returns false when it is not the first line of a message
   */
  begins(line: string, where: Beginning, cut: boolean): boolean;
  /** @param name in lower case */
  field(name: string, value: string): void;
  /** The head is complete; says what follows it. */
  headEnds(): number;
  loses(why: Lost, inHead: boolean): void;
  /** Bytes went by in which a message may be hidden. */
  unread(): void;
}

type State = 'start' | 'head' | 'body' | 'size' | 'data' | 'dataEnd' | 'trailer' | 'blind' | 'tunnel';

/** Longest line that is looked at; longer ones are cut to it. */
const MAX_LINE = 4096;
/** Characters that tell whether a message may begin: `PROPPATCH ` and `HTTP/1.1 2` are the longest that are asked for. */
const OPENING = 10;
/** Longest gap that can be told from bytes that come again. */
const FURTHEST = 2 ** 31;
const LF = 10;
/** First letters of the fields anybody asks for: accept, content-*, expect, prefer, transfer-encoding. */
const WANTED = new Set([...'aceptACEPT'].map((letter) => letter.charCodeAt(0)));

/** Finds the messages in one direction of an HTTP/1 connection. Keeps nothing but a line that was cut between two chunks. */
export class MessageReader {
  readonly #listener: Listener;
  #state: State;
  #next: number;
  #left = 0;
  #line = '';
  /** Nothing of the body of this message has gone by. */
  #bodyAhead = false;
  #resuming: boolean;
  #beginning: Beginning = { offset: 0, at: 0, arrived: 0 };

  constructor(listener: Listener, late: boolean) {
    this.#listener = listener;
    this.#state = late ? 'blind' : 'start';
    this.#next = late ? -1 : 0;
    this.#resuming = late;
  }

  get inHead(): boolean {
    return this.#state === 'head';
  }

  feed(chunk: Chunk): void {
    this.#place(chunk);
    if (this.#resuming && this.#line !== '' && !this.#opens(chunk)) this.#forget();
    let at = 0;
    while (at < chunk.length) {
      const state = this.#state;
      if (state === 'tunnel') return;
      if (state === 'body' || state === 'data') at += this.#skip(chunk.length - at);
      else if (state !== 'blind' || (at === 0 && this.#opens(chunk))) at = this.#takeLine(chunk, at);
      else {
        this.#listener.unread();
        return;
      }
    }
  }

  /** The body may not come after all; either way the next message is looked for at the beginning of a chunk. */
  doubtBody(): void {
    if (this.#bodyAhead) this.#forget();
  }

  tunnel(): void {
    this.#forget();
    this.#state = 'tunnel';
  }

  #forget(): void {
    this.#bodyAhead = false;
    this.#state = 'blind';
    this.#resuming = true;
    this.#line = '';
  }

  /** It was no beginning of a message. */
  #pass(): void {
    this.#forget();
    this.#listener.unread();
  }

  #lose(why: Lost): void {
    const inHead = this.#state === 'head';
    this.#forget();
    this.#listener.loses(why, inHead);
  }

  /** Notices bytes that never came; inside a body of known length they do no harm. */
  #place({ offset, length }: Chunk): void {
    const missing = this.#next < 0 ? 0 : (offset - this.#next) >>> 0;
    this.#next = (offset + length) >>> 0;
    if (missing === 0 || this.#state === 'tunnel') return;
    const inside = this.#state === 'body' || this.#state === 'data';
    if (inside && missing <= Math.min(this.#left, FURTHEST)) this.#skip(missing);
    else this.#lose('gap');
  }

  #skip(most: number): number {
    const count = Math.min(most, this.#left);
    this.#bodyAhead = false;
    this.#left -= count;
    if (this.#left === 0) this.#state = this.#state === 'body' ? 'start' : 'dataEnd';
    return count;
  }

  /** Whether what is left of the last chunk and the beginning of this one may be the beginning of a message. */
  #opens({ bytes }: Chunk): boolean {
    const text = (this.#line + decode(bytes, 0, OPENING)).slice(0, OPENING);
    return text !== '' && this.#listener.opens(text);
  }

  #takeLine(chunk: Chunk, at: number): number {
    const { bytes, length } = chunk;
    if (this.#state === 'blind') this.#state = 'start';
    if (this.#state === 'start' && this.#line === '') this.#beginning = beginningAt(chunk, at);
    const end = at < bytes.length ? bytes.indexOf(LF, at) : -1;
    if (end >= 0) {
      if (this.#state !== 'head' || this.#line !== '' || WANTED.has(bytes[at]!) || end - at <= 1)
        this.#finishLine(decode(bytes, at, end));
      return end + 1;
    }
    const begun = (this.#line + decode(bytes, at, bytes.length)).slice(0, MAX_LINE);
    if (bytes.length === length) this.#line = begun;
    else this.#cut(begun);
    return length;
  }

  #finishLine(last: string): void {
    const line = (this.#line + last).slice(0, MAX_LINE);
    this.#line = '';
    this.#take(line.endsWith('\r') ? line.slice(0, -1) : line);
  }

  /** The line that was begun goes on in bytes that were not captured. */
  #cut(begun: string): void {
    const starts = this.#state === 'start';
    const begins = starts && this.#listener.begins(begun, this.#beginning, true);
    if (begins) this.#state = 'head';
    if (starts && !begins && this.#resuming) this.#pass();
    else this.#lose('cut');
  }

  #take(line: string): void {
    switch (this.#state) {
      case 'start':
        this.#begin(line);
        break;
      case 'head':
        if (line === '') this.#endHead();
        else this.#takeField(line);
        break;
      case 'size':
        this.#takeSize(line);
        break;
      case 'dataEnd':
        if (line === '') this.#state = 'size';
        else this.#lose('nonsense');
        break;
      case 'trailer':
        if (line === '') this.#state = 'start';
        break;
    }
  }

  #begin(line: string): void {
    if (line === '') return; // a line too many after a body is allowed (RFC 9112, 2.2)
    if (this.#listener.begins(line, this.#beginning, line.length >= MAX_LINE)) {
      this.#state = 'head';
      this.#resuming = false;
    } else if (this.#resuming) this.#pass();
    else this.#lose('nonsense');
  }

  #takeField(line: string): void {
    const colon = line.indexOf(':');
    if (colon > 0) this.#listener.field(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }

  #endHead(): void {
    const follows = this.#listener.headEnds();
    this.#left = Math.max(0, follows);
    this.#bodyAhead = follows > 0 || follows === CHUNKED;
    if (follows === TUNNEL) this.tunnel();
    else if (follows === UNTOLD) this.#forget();
    else if (follows === CHUNKED) this.#state = 'size';
    else this.#state = follows > 0 ? 'body' : 'start';
  }

  #takeSize(line: string): void {
    const size = /^[0-9a-f]{1,12}(?=\s*(?:;|$))/i.exec(line)?.[0];
    this.#bodyAhead = false;
    this.#left = size === undefined ? 0 : Number.parseInt(size, 16);
    if (size === undefined) this.#lose('nonsense');
    else this.#state = this.#left === 0 ? 'trailer' : 'data';
  }
}

function decode(bytes: Uint8Array, from: number, to: number): string {
  const end = Math.min(to, bytes.length, from + MAX_LINE);
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, end - from)).toString('latin1');
}
