import { typeName } from './types.ts';

export interface Question {
  /** Lower case, without the closing dot; `''` is the root. Bytes that are no printable ASCII are `?`. */
  readonly name: string;
  /** `A`, `AAAA`, `SRV`, …; `TYPE123` for those without a name here. */
  readonly type: string;
}

/** The head of a DNS message (RFC 1035 § 4.1) and what it asks; records of answers are not read. */
export interface Message {
  readonly id: number;
  /** False: a query. */
  readonly response: boolean;
  readonly opcode: number;
  /** The 4 bits of the header, without the extension of EDNS. */
  readonly rcode: number;
  readonly truncated: boolean;
  readonly questions: readonly Question[];
}

const HEADER_BYTES = 12;
/** Nobody asks more than one; a message that claims more is read this far. */
const MOST_QUESTIONS = 4;
/** RFC 1035 § 2.3.4, as text without the closing dot. */
const MOST_NAME = 253;
/** A pointer leads backwards, so a chain ends by itself; honest ones have one or two. */
const MOST_POINTERS = 16;

/**
 * Reads one DNS message, as in a datagram, or behind the two bytes of length on TCP.
 *
 * @param bytes its beginning: header and questions; what follows may be missing
 * @returns `null` when it is no DNS message or ends inside its questions
 */
export function readMessage(bytes: Uint8Array): Message | null {
  if (bytes.length < HEADER_BYTES) return null;
  const flags = uint16(bytes, 2);
  const questions = readQuestions(bytes, Math.min(uint16(bytes, 4), MOST_QUESTIONS));
  if (questions === null) return null;
  return {
    id: uint16(bytes, 0),
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0xf,
    rcode: flags & 0xf,
    truncated: (flags & 0x0200) !== 0,
    questions,
  };
}

function readQuestions(bytes: Uint8Array, count: number): Question[] | null {
  const questions: Question[] = [];
  let at = HEADER_BYTES;
  while (questions.length < count) {
    const name = readName(bytes, at);
    if (name === null || name.end + 4 > bytes.length) return null;
    questions.push({ name: name.text, type: typeName(uint16(bytes, name.end)) });
    at = name.end + 4;
  }
  return questions;
}

/** The name at `at`, and where the bytes behind it begin. */
function readName(bytes: Uint8Array, at: number): { text: string; end: number } | null {
  let text = '';
  let end = -1;
  let pointers = 0;
  let read = at;
  for (;;) {
    const length = bytes[read];
    if (length === undefined) return null;
    if (length === 0) return { text, end: end < 0 ? read + 1 : end };
    if (length >= 0xc0) {
      const target = ((length & 0x3f) << 8) | (bytes[read + 1] ?? 0);
      if (read + 1 >= bytes.length || target >= read || ++pointers > MOST_POINTERS) return null;
      if (end < 0) end = read + 2;
      read = target;
      continue;
    }
    if (length > 63 || read + 1 + length > bytes.length) return null;
    if (text !== '') text += '.';
    if (text.length + length > MOST_NAME) return null;
    text += readLabel(bytes, read + 1, length);
    read += 1 + length;
  }
}

function readLabel(bytes: Uint8Array, from: number, length: number): string {
  let label = '';
  for (let i = from; i < from + length; i++) label += String.fromCharCode(printable(bytes[i]!));
  return label;
}

/** Lower case; a dot inside a label would look like the end of it. */
function printable(byte: number): number {
  if (byte >= 0x41 && byte <= 0x5a) return byte + 0x20;
  return byte > 0x20 && byte < 0x7f && byte !== 0x2e ? byte : 0x3f;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
