const CANCELLED = 1;
const UNKNOWN = 2;
const DEADLINE_EXCEEDED = 4;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;
const UNAVAILABLE = 14;
const DATA_LOSS = 15;
const UNAUTHENTICATED = 16;
const HIGHEST = UNAUTHENTICATED;

/**
 * Codes that are faults of the server, as OpenTelemetry's conventions for servers have it. The others (NOT_FOUND,
 * INVALID_ARGUMENT, ALREADY_EXISTS, PERMISSION_DENIED …) are answers: the server did what it should.
 */
const FAULTS: ReadonlySet<number> = new Set([
  ...[UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS],
]);

export const isFault = (status: number): boolean => FAULTS.has(status);

/** `grpc-status` as it was written; a code that does not exist is UNKNOWN, as clients read it. */
export function statusOf(text: string): number {
  const status = /^\d{1,3}$/.test(text) ? Number(text) : UNKNOWN;
  return status <= HIGHEST ? status : UNKNOWN;
}

/** What clients make of an answer that has no `grpc-status`: of its HTTP status. */
export function statusOfHttp(status: number): number {
  switch (status) {
    case 400:
      return INTERNAL;
    case 401:
      return UNAUTHENTICATED;
    case 403:
      return PERMISSION_DENIED;
    case 404:
      return UNIMPLEMENTED;
    case 429:
    case 502:
    case 503:
    case 504:
      return UNAVAILABLE;
    default:
      return UNKNOWN;
  }
}

/** What clients make of a stream that the server reset: of the error code of HTTP/2. */
export function statusOfReset(code: number): number {
  switch (code) {
    case 7: // REFUSED_STREAM
      return UNAVAILABLE;
    case 8: // CANCEL
      return CANCELLED;
    case 11: // ENHANCE_YOUR_CALM
      return RESOURCE_EXHAUSTED;
    case 12: // INADEQUATE_SECURITY
      return PERMISSION_DENIED;
    default:
      return INTERNAL;
  }
}

/** Clocks and timers of both ends may differ by so much of the timeout, and by so many nanoseconds. */
const SLACK = 0.05;
const SLACK_NANOS = 2_000_000;

/** A client gave a call up after so long: because its deadline had passed, or because it wanted to. */
export const statusOfCancel = (nanos: number, timeout: number): number =>
  nanos >= timeout * (1 - SLACK) - SLACK_NANOS ? DEADLINE_EXCEEDED : CANCELLED;

const UNITS: Readonly<Record<string, number>> = { H: 3.6e12, M: 6e10, S: 1e9, m: 1e6, u: 1e3, n: 1 };

/** `grpc-timeout` in nanoseconds; no timeout is infinite. */
export function timeoutOf(text: string | null | undefined): number {
  const match = /^(\d{1,8})([HMSmun])$/.exec(text ?? '');
  return match === null ? Number.POSITIVE_INFINITY : Number(match[1]) * UNITS[match[2]!]!;
}

export const isGrpc = (contentType: string): boolean => /^application\/grpc(?:[+;]|$)/i.test(contentType);
