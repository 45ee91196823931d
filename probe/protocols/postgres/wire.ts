import { NONSENSE } from '../frames.ts';

/** Messages of the protocol, version 3: a byte of type, four of length that count themselves, a body. */
export const type = (character: string): number => character.charCodeAt(0);
const types = (characters: string): ReadonlySet<number> => new Set([...characters].map(type));

const FRONTEND = types('QPBDESHCcdfFXp');
const BACKEND = types('RKZTDCEI123nNtASsGHWVcdv');

/** The server takes 1 GB at most. */
const MOST_LENGTH = 2 ** 30;
/** Except where data is carried, no message of a client or server is larger than what it may hold. */
const HEAD = 5;

export function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function measureMessage(
  known: ReadonlySet<number>,
  bytes: Uint8Array,
  from: number,
  to: number,
): number {
  if (!known.has(bytes[from]!)) return NONSENSE;
  if (to - from < HEAD) return 0;
  const length = uint32(bytes, from + 1);
  return length < 4 || length > MOST_LENGTH ? NONSENSE : length + 1;
}

export const measureFrontend = (bytes: Uint8Array, from: number, to: number): number =>
  measureMessage(FRONTEND, bytes, from, to);
export const measureBackend = (bytes: Uint8Array, from: number, to: number): number =>
  measureMessage(BACKEND, bytes, from, to);

const VERSION_3 = 3 << 16;
const CANCEL = 80877102;
const SSL = 80877103;
const GSSENC = 80877104;
/** A server takes no longer one. */
const MOST_STARTUP = 10_000;
const MOST_MINOR = 1000;

export type Opening = 'startup' | 'cancel' | 'encrypt' | null;

/** What the first message of a connection is; these have no type. */
export function openingOf(bytes: Uint8Array, from = 0): Opening {
  if (bytes.length - from < 8) return null;
  const length = uint32(bytes, from);
  const code = uint32(bytes, from + 4);
  if (code >= VERSION_3 && code < VERSION_3 + MOST_MINOR)
    return length >= 9 && length <= MOST_STARTUP ? 'startup' : null;
  if (code === CANCEL) return length >= 12 && length <= 300 ? 'cancel' : null;
  return (code === SSL || code === GSSENC) && length === 8 ? 'encrypt' : null;
}

/** Text up to its NUL; `null` when that is not there. */
export function cString(
  bytes: Uint8Array,
  from: number,
): { readonly text: Uint8Array; readonly end: number } | null {
  const end = bytes.indexOf(0, from);
  return end < 0 ? null : { text: bytes.subarray(from, end), end: end + 1 };
}

/** One field of an ErrorResponse, `''` when it was not captured. */
export function errorField(bytes: Uint8Array, field: string): string {
  let at = HEAD;
  while (at < bytes.length && bytes[at] !== 0) {
    const value = cString(bytes, at + 1);
    if (value === null) return '';
    if (bytes[at] === type(field)) return Buffer.from(value.text).toString('latin1');
    at = value.end;
  }
  return '';
}
