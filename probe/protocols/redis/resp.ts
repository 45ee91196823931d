import { LINE, MOST_HEAD, NONSENSE } from '../frames.ts';

/** RESP2 and RESP3: elements that begin with one byte of type and a line. */
const code = (character: string): number => character.charCodeAt(0);

export const ARRAY = code('*');
export const BULK = code('$');
export const PUSH = code('>');
export const ATTRIBUTE = code('|');
const MAP = code('%');
const SET = code('~');
export const ERROR = code('-');
export const BULK_ERROR = code('!');
const VERBATIM = code('=');
const SCALARS: ReadonlySet<number> = new Set([...'+-:_#,('].map(code));
const SIZED: ReadonlySet<number> = new Set([BULK, BULK_ERROR, VERBATIM]);
const AGGREGATES: ReadonlySet<number> = new Set([ARRAY, PUSH, ATTRIBUTE, MAP, SET]);

/** Largest number in a head: a bulk may have 512 MB, an array 2^32 - 1 elements. */
const MOST_COUNT = 2 ** 32;

export const isAggregate = (type: number): boolean => AGGREGATES.has(type);
export const isError = (type: number): boolean => type === ERROR || type === BULK_ERROR;
export const hasBody = (type: number): boolean => SIZED.has(type);
export const isType = (type: number): boolean => SCALARS.has(type) || SIZED.has(type) || AGGREGATES.has(type);

/** Elements inside an aggregate: a map counts pairs. */
export function elementsIn(type: number, count: number): number {
  return type === MAP || type === ATTRIBUTE ? 2 * count : count;
}

/** Place behind the line that begins at `from`; 0 when it does not end before `to`. */
export function lineEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) if (bytes[at] === 0x0a) return at + 1;
  return 0;
}

/** The number behind the byte of type; -1 where there is `-1`, {@link NO_COUNT} where there is none. */
export function countOf(bytes: Uint8Array, from: number, to: number): number {
  let at = from + 1;
  if (bytes[at] === code('-')) return bytes[at + 1] === code('1') ? -1 : NO_COUNT;
  let count = 0;
  for (; at < to; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) break;
    count = count * 10 + digit;
    if (count > MOST_COUNT) return NO_COUNT;
  }
  return at > from + 1 && bytes[at] === 0x0d ? count : NO_COUNT;
}
export const NO_COUNT = -2;

/** Length of an element without those inside it, in the words of `Framing.measure`. */
export function measureElement(bytes: Uint8Array, from: number, to: number): number {
  const type = bytes[from]!;
  if (!isType(type)) return NONSENSE;
  const end = lineEnd(bytes, from, to);
  if (end === 0) return to - from < MOST_HEAD ? 0 : SCALARS.has(type) ? LINE : NONSENSE;
  if (SCALARS.has(type)) return end - from;
  const count = countOf(bytes, from, end);
  if (count === NO_COUNT) return NONSENSE;
  return end - from + (SIZED.has(type) && count >= 0 ? count + 2 : 0);
}

/** Text of an element: its line, or the beginning of its body. */
export function textOf(bytes: Uint8Array, most: number): string {
  const line = lineEnd(bytes, 0, bytes.length);
  const from = hasBody(bytes[0]!) ? line : 1;
  let text = '';
  for (let at = from; at < bytes.length && text.length < most && bytes[at] !== 0x0d; at++)
    text += String.fromCharCode(bytes[at]!);
  return text;
}
