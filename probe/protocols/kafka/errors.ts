import { API_VERSIONS, PRODUCE } from './apis.ts';

/** Where the error of a whole answer is, by version of the request. */
interface Place {
  /** First version in which the error is there at all, and the last. */
  readonly from?: number;
  readonly to?: number;
  /** First version with four bytes of throttle time before it. */
  readonly throttled: number;
  /** First version whose head ends with tagged fields. */
  readonly flexible: number;
}

const NEVER = Number.POSITIVE_INFINITY;

/** Only answers that begin with their error; others tell it per topic or group. */
const PLACES: ReadonlyMap<number, Place> = new Map<number, Place>([
  [1, { from: 7, throttled: 7, flexible: 12 }],
  [10, { to: 3, throttled: 1, flexible: 3 }],
  [11, { throttled: 2, flexible: 6 }],
  [12, { throttled: 1, flexible: 4 }],
  [13, { throttled: 1, flexible: 4 }],
  [14, { throttled: 1, flexible: 4 }],
  [16, { throttled: 1, flexible: 3 }],
  [17, { throttled: NEVER, flexible: NEVER }],
  [API_VERSIONS, { throttled: NEVER, flexible: NEVER }],
  [22, { throttled: 0, flexible: 2 }],
  [25, { throttled: 0, flexible: 3 }],
  [26, { throttled: 0, flexible: 3 }],
  [36, { throttled: NEVER, flexible: 2 }],
]);

/** Length and correlation id. */
const HEAD = 8;
const FLEXIBLE_PRODUCE = 9;

/**
 * The error of an answer, 0 where there is none, or where this kind of answer does not begin with one. `Produce`: of the first partition.
 * `UNKNOWN_SERVER_ERROR`, -1 in the protocol, is 65535.
 */
export function errorOf(bytes: Uint8Array, key: number, version: number): number {
  if (key === PRODUCE) return produceError(bytes, version >= FLEXIBLE_PRODUCE);
  const place = PLACES.get(key);
  if (place === undefined || version < (place.from ?? 0) || version > (place.to ?? NEVER)) return 0;
  const body = version >= place.flexible ? behindTags(bytes) : HEAD;
  return body < 0 ? 0 : uint16(bytes, body + (version >= place.throttled ? 4 : 0));
}

/** One topic, of which the name is passed over, and its first partition. */
function produceError(bytes: Uint8Array, flexible: boolean): number {
  const topics = flexible ? behindTags(bytes) : HEAD;
  if (topics < 0 || (bytes[topics] ?? 0x80) >= 0x80) return 0;
  if (!flexible) {
    const partitions = topics + 4 + 2 + uint16(bytes, topics + 4);
    return uint16(bytes, topics + 2) === 0 ? 0 : uint16(bytes, partitions + 4 + 4);
  }
  const name = varint(bytes, topics + 1);
  const partitions = name.end + name.value - 1;
  return bytes[topics]! < 2 ? 0 : uint16(bytes, varint(bytes, partitions).end + 4);
}

/** Behind the tagged fields of a head, of which servers send none; -1 otherwise. */
function behindTags(bytes: Uint8Array): number {
  return bytes[HEAD] === 0 ? HEAD + 1 : -1;
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Unsigned, of at most two bytes: enough for the length of a topic's name. */
export function varint(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { value: first, end: at + 1 };
  return { value: (first & 0x7f) | ((bytes[at + 1] ?? 0) << 7), end: at + 2 };
}

/**
 * Errors that are steps of the protocol, no failures: a member is told its id, a group is being rebalanced, a session of fetches begins anew,
 * a client asks for versions in a version of its own.
 */
const STEPS: ReadonlySet<number> = new Set([27, 35, 70, 71, 79]);

export const isFailure = (error: number): boolean => error !== 0 && !STEPS.has(error);
