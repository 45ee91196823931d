import { type Frame, type Framing, LINE, MOST_HEAD, MOST_WANTED, NONSENSE } from '../frames.ts';
import type { Chunk } from '../parser.ts';
import { isContainer, isKnown, MOST_WORD, mayBlock } from './commands.ts';
import { ARRAY, BULK, countOf, lineEnd, measureElement, NO_COUNT, textOf } from './resp.ts';

/** One command with the words that may say what it does. */
export interface Command {
  readonly first: Frame;
  readonly words: readonly string[];
  /** Of the array; also those that were not kept. */
  readonly arguments: number;
}

/** `XREAD COUNT n BLOCK m …`, `XREADGROUP GROUP g c COUNT n BLOCK m …` */
const OPTION_WORDS = 8;
/** `CLIENT REPLY OFF` */
const CONTAINER_WORDS = 3;
/** Also what a server takes. */
const MOST_ARGUMENTS = 1024 * 1024;

/** Cuts the stream of requests into commands. */
export class CommandFraming implements Framing {
  private readonly onCommand: (command: Command) => void;
  private readonly onLost: () => void;
  private readonly mayBegin: () => void;
  private first: Frame | null = null;
  private words: string[] = [];
  private count = 0;
  private left = 0;

  constructor(onCommand: (command: Command) => void, onLost: () => void, onBegin: () => void) {
    this.onCommand = onCommand;
    this.onLost = onLost;
    this.mayBegin = onBegin;
  }

  measure(bytes: Uint8Array, from: number, to: number): number {
    const type = bytes[from]!;
    if (this.left > 0 && type !== BULK) return NONSENSE;
    if (type === ARRAY || type === BULK) return measureElement(bytes, from, to);
    const end = lineEnd(bytes, from, to);
    if (end > 0) return end - from;
    return to - from < MOST_HEAD ? 0 : LINE;
  }

  wanted(): number {
    if (this.left === 0) return MOST_WANTED;
    return this.isWanted() ? MOST_HEAD : 1;
  }

  frame(frame: Frame): void {
    if (this.left > 0) {
      this.argument(frame);
      return;
    }
    if (frame.bytes[0] === ARRAY) {
      const count = countOf(frame.bytes, 0, frame.bytes.length);
      if (count <= 0 || count === NO_COUNT || count > MOST_ARGUMENTS) return;
      this.first = { ...frame, bytes: NOTHING };
      this.words = [];
      this.count = this.left = count;
      return;
    }
    const line = inlineWords(frame.bytes);
    if (line.length > 0) this.onCommand({ first: frame, words: line, arguments: line.length });
  }

  lost(): void {
    this.first = null;
    this.left = 0;
    this.onLost();
  }

  begins(chunk: Chunk): boolean {
    if (!isCommand(chunk.bytes)) return false;
    this.mayBegin();
    return true;
  }

  private argument(frame: Frame): void {
    if (this.isWanted()) this.words.push(textOf(frame.bytes, MOST_WORD + 1).toUpperCase());
    if (--this.left > 0) return;
    this.onCommand({ first: this.first!, words: this.words, arguments: this.count });
  }

  private isWanted(): boolean {
    const index = this.count - this.left;
    const first = this.words[0];
    if (first === undefined) return true;
    return (mayBlock(first) && index < OPTION_WORDS) || (isContainer(first) && index < CONTAINER_WORDS);
  }
}

const NOTHING = new Uint8Array(0);

/** Words of a command in one line, as typed by hand. */
export function inlineWords(bytes: Uint8Array): string[] {
  const words: string[] = [''];
  for (const byte of bytes.subarray(0, MOST_HEAD)) {
    if (byte === 0x0d || byte === 0x0a) break;
    const last = words.length - 1;
    if (byte !== 0x20) words[last] += String.fromCharCode(byte).toUpperCase();
    else if (words[last] !== '') words.push('');
  }
  return words.filter((word) => word !== '');
}

/** Whether a command that is known begins here. */
export function isCommand(bytes: Uint8Array): boolean {
  const word = commandWord(bytes);
  return word !== null && isKnown(word);
}

/** First word of the array that begins here, `null` when there is none. */
export function commandWord(bytes: Uint8Array): string | null {
  if (bytes[0] !== ARRAY) return null;
  const line = lineEnd(bytes, 0, Math.min(bytes.length, MOST_HEAD));
  if (line === 0 || countOf(bytes, 0, line) <= 0 || bytes[line] !== BULK) return null;
  const head = lineEnd(bytes, line, Math.min(bytes.length, line + MOST_HEAD));
  if (head === 0) return null;
  const length = countOf(bytes, line, head);
  if (length <= 0 || length > MOST_WORD || head + length > bytes.length) return null;
  return textOf(bytes.subarray(line, head + length), MOST_WORD).toUpperCase();
}
