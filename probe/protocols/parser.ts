import type { Protocol, Role } from '../flow.ts';

/** What one call of a process handed to its socket, or took from it. */
export interface Chunk {
  /** `request` goes to the server, `response` to the client. */
  readonly direction: 'request' | 'response';
  /** Nanoseconds since boot: the beginning of a send, the end of a receive. */
  readonly at: number;
  /** Receives: when the oldest byte of it reached the socket, nanoseconds since boot; 0 = not known. */
  readonly arrived: number;
  /** Place of its first byte in the stream of its direction, modulo 2^32; the first byte of a connection has 0. */
  readonly offset: number;
  /** Bytes of the call. */
  readonly length: number;
  /** The first of them: as many as were captured, never more than `length`. Valid only during `feed`. */
  readonly bytes: Uint8Array;
}

/** One request and its answer as one end saw them. Times are nanoseconds since boot. */
export interface Exchange {
  /** Place of the first byte of the request in the stream of requests, modulo 2^32: the same at both ends. */
  readonly offset: number;
  /** Client: the send of its first byte began. Server: its first byte was read. */
  readonly startedAt: number;
  /** Server: its first byte reached the socket; 0 = not known, as where it was read behind another request, and at the client. */
  readonly arrivedAt: number;
  /** Client: the first byte of the answer was read. Server: its send began. 0 = never answered. */
  readonly answeredAt: number;
  /** Template without any value of the request; `''` where the protocol names nothing. */
  readonly operation: string;
  /** Status of the protocol: HTTP status, grpc-status, DNS code, error number; 0 = unanswered, or good where there is none. */
  readonly status: number;
  readonly failed: boolean;
  /** False: one-way, a long poll, a blocking or a streaming call, whose time says nothing about how fast it was served. */
  readonly timed: boolean;
}

/**
 * Reads one connection. Total: any bytes in any cut are accepted, nothing throws, and memory and work per chunk are bounded.
 * A parser that loses the thread (a gap in the offsets, bytes that were not captured, bytes that make no sense) finds it again
 * at a later chunk where the protocol allows it, and counts what it could not read.
 */
export interface Parser {
  /** May be refined while reading (`http2` becomes `grpc`). */
  readonly protocol: Protocol;
  /** Chunks of one direction come in the order of their offsets, both directions in the order of their times. */
  feed(chunk: Chunk): void;
  /** The connection has ended: requests without an answer are given out, failed where an answer was due. */
  end(): void;
  /** Exchanges that may have been missed or misread since the beginning: 0 means every one was given out. */
  readonly doubts: number;
}

export interface Dialect {
  readonly protocol: Protocol;
  /**
   * Whether a connection whose first chunks these are speaks it: `yes`, `no`, or `later` when more is needed.
   *
   * @param chunks in the order they came; the first ones of the connection, or of what was seen of it (`late`)
   */
  recognise(chunks: readonly Chunk[], port: number, late: boolean): 'yes' | 'no' | 'later';
  /** @param late the beginning of the connection was not seen */
  parser(emit: (exchange: Exchange) => void, role: Role, late: boolean): Parser;
}
