import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Ring } from '../bpf-ringbuf-napi/index.js';
import type { Conversations } from './conversations.ts';
import type { Meter } from './governor-meter.ts';

/** Payload copied at once. */
const BUFFER_BYTES = 256 << 10;
/** Payload read before other work of the process gets its turn. */
const TURN_MILLIS = 12;
/** Longest that one drain takes, and the ends of connections wait for it: what is left is lost in the ring when that is full. */
const DRAIN_MILLIS = 250;

export interface PayloadSources {
  /** `null` when no chunks are made. */
  readonly ring: Pick<Ring, 'drain' | 'pending'> | null;
  readonly conversations: Pick<Conversations, 'feed'>;
  readonly meter: Meter;
  /** The other ring fills meanwhile: connections would be lost, payload is only doubt. */
  pressing(): boolean;
}

/**
 * Reads the chunks that wait at the time of the call. A chunk that is just being written holds up those behind it, so it is
 * waited for: the ends of their connections may be known already.
 *
 * @returns a function that resolves when they are read; with `patient`, however long it takes
 */
export function createPayloadDrain(sources: PayloadSources): (patient: boolean) => Promise<void> {
  const { ring, conversations, meter, pressing } = sources;
  if (ring === null) return async () => {};
  const buffer = new Uint8Array(BUFFER_BYTES);

  /** Returns how many of `waiting` bytes are left, having stopped at a chunk that is being written or when time was up. */
  const readSome = (waiting: number): number => {
    const until = performance.now() + TURN_MILLIS;
    for (let left = waiting; ; ) {
      const { bytes } = ring.drain(buffer);
      conversations.feed(buffer.subarray(0, bytes));
      left -= bytes;
      if (bytes === 0 && ring.pending() === 0) return 0;
      if (left <= 0 || bytes === 0 || performance.now() > until) return left;
    }
  };

  return async (patient) => {
    const end = patient ? Number.POSITIVE_INFINITY : performance.now() + DRAIN_MILLIS;
    for (let left = ring.pending(); ; ) {
      left = meter.measure(() => readSome(left));
      if (left <= 0 || performance.now() > end || (!patient && pressing())) return;
      await nextTurn();
    }
  };
}
