import type { Beginning } from '../beginning.ts';
import type { Chunk } from '../parser.ts';

export const DATA = 0;
export const HEADERS = 1;
const PRIORITY = 2;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PUSH_PROMISE = 5;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;

export const END_STREAM = 0x1;
export const END_HEADERS = 0x4;
export const PADDED = 0x8;
export const WITH_PRIORITY = 0x20;

export const HEAD_BYTES = 9;
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** The first nine bytes of a frame (RFC 9113, 4.1). */
export interface FrameHead {
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly where: Beginning;
}

export function frameHead(bytes: Uint8Array, at: number, where: Beginning): FrameHead {
  return {
    length: (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!,
    type: bytes[at + 3]!,
    flags: bytes[at + 4]!,
    stream: uint32(bytes, at + 5),
    where,
  };
}

export const uint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;

interface Rule {
  readonly of: 'stream' | 'connection' | 'either';
  /** Flags that are defined for it. */
  readonly flags: number;
  /** Where there is only one. */
  readonly length?: number;
}

const RULES: readonly Rule[] = Object.values({
  [DATA]: { of: 'stream', flags: 0x09 },
  [HEADERS]: { of: 'stream', flags: 0x2d },
  [PRIORITY]: { of: 'stream', flags: 0, length: 5 },
  [RST_STREAM]: { of: 'stream', flags: 0, length: 4 },
  [SETTINGS]: { of: 'connection', flags: 0x01 },
  [PUSH_PROMISE]: { of: 'stream', flags: 0x0c },
  [PING]: { of: 'connection', flags: 0x01, length: 8 },
  [GOAWAY]: { of: 'connection', flags: 0 },
  [WINDOW_UPDATE]: { of: 'either', flags: 0, length: 4 },
  [CONTINUATION]: { of: 'stream', flags: 0x04 },
});

/** Longest frames that are believed where there is no other evidence: of data, and of anything else. */
const LONGEST_DATA = 2 ** 22;
const LONGEST = 2 ** 14;

/** Whether a frame may follow another one; extensions may. */
export function isLegal({ type, length, stream }: FrameHead): boolean {
  const rule = RULES[type];
  if (rule === undefined) return true;
  if (rule.length !== undefined && rule.length !== length) return false;
  return rule.of === 'either' || (stream === 0) === (rule.of === 'connection');
}

/** Whether bytes that could be anything are the head of a frame. */
function isConvincing(head: FrameHead): boolean {
  const { type, flags, length, stream } = head;
  const rule = RULES[type];
  if (rule === undefined || !isLegal(head) || (flags & ~rule.flags) !== 0) return false;
  if (type === SETTINGS && (length % 6 !== 0 || (flags !== 0 && length > 0))) return false;
  return stream <= MAX_STREAM && length <= (type === DATA ? LONGEST_DATA : LONGEST);
}

const MAX_STREAM = 2 ** 31 - 1;
/** Frames of a chunk that are looked at to be convinced. */
const MAX_FRAMES = 32;
const NOWHERE: Beginning = { offset: 0, at: 0, arrived: 0 };

/** What the frames at the beginning of a chunk are, as far as they were captured; `null` when they are none. */
export function framesOf({ bytes, length }: Chunk): readonly FrameHead[] | null {
  const heads: FrameHead[] = [];
  let at = 0;
  while (heads.length < MAX_FRAMES && at + HEAD_BYTES <= bytes.length) {
    const head = frameHead(bytes, at, NOWHERE);
    if (!isConvincing(head)) return null;
    heads.push(head);
    at += HEAD_BYTES + head.length;
  }
  // a call ends with a frame, or within one: it seldom begins within the head of the next
  return heads.length === 0 || (at < length && at + HEAD_BYTES > length) ? null : heads;
}
