import { isKnown, PRODUCE } from './apis.ts';
import { varint } from './errors.ts';

/** The head of a request. */
export interface Request {
  readonly key: number;
  readonly version: number;
  readonly id: number;
  /** A Produce with `acks=0`: nobody answers. */
  readonly oneWay: boolean;
}

export const LENGTH = 4;
/** Length, key, version, correlation id, length of the client's id. */
const HEAD = 14;
/** More than brokers take. */
const MOST_LENGTH = 2 ** 30;
const MOST_CLIENT_ID = 256;
const FLEXIBLE_PRODUCE = 9;
const TRANSACTIONAL_PRODUCE = 3;

export function int32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

function int16(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 24) >> 16) | (bytes[at + 1] ?? 0);
}

/** Both directions: four bytes of length, then a correlation id at least. */
export function measureMessage(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < LENGTH) return 0;
  const length = int32(bytes, from);
  return length < 4 || length > MOST_LENGTH ? -1 : LENGTH + length;
}

/** `null` for what is no request. */
export function readRequest(bytes: Uint8Array): Request | null {
  if (bytes.length < 12) return null;
  const key = int16(bytes, 4);
  const version = int16(bytes, 6);
  if (!isKnown(key, version)) return null;
  const name = bytes.length < HEAD ? -1 : int16(bytes, 12);
  if (name < -1 || name > MOST_CLIENT_ID || !isPrintable(bytes.subarray(HEAD, HEAD + Math.max(0, name))))
    return null;
  const body = HEAD + Math.max(0, name);
  return { key, version, id: int32(bytes, 8), oneWay: key === PRODUCE && acks(bytes, body, version) === 0 };
}

/** How many replicas a Produce waits for; 1 where that was not captured. */
function acks(bytes: Uint8Array, body: number, version: number): number {
  let at = body;
  if (version >= FLEXIBLE_PRODUCE) {
    if (bytes[at] !== 0) return 1;
    const transaction = varint(bytes, at + 1);
    at = transaction.end + Math.max(0, transaction.value - 1);
  } else if (version >= TRANSACTIONAL_PRODUCE) at += 2 + Math.max(0, int16(bytes, at));
  return at + 2 <= bytes.length ? int16(bytes, at) : 1;
}

function isPrintable(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}
