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
  readonly ring: Pick<Ring, 'drain'> | null;
  readonly conversations: Pick<Conversations, 'feed'>;
  readonly meter: Meter;
}

/** Reads the chunks that wait, all of them where `patient`, and resolves when that is done. */
export function createPayloadDrain(sources: PayloadSources): (patient: boolean) => Promise<void> {
  const { ring, conversations, meter } = sources;
  if (ring === null) return async () => {};
  const buffer = new Uint8Array(BUFFER_BYTES);

  /* A buffer that was not half filled has emptied the ring. */
  const readSome = (until: number): boolean => {
    for (;;) {
      const { bytes } = ring.drain(buffer);
      conversations.feed(buffer.subarray(0, bytes));
      if (bytes < BUFFER_BYTES / 2) return true;
      if (performance.now() > until) return false;
    }
  };

  return async (patient) => {
    const end = patient ? Number.POSITIVE_INFINITY : performance.now() + DRAIN_MILLIS;
    while (!meter.measure(() => readSome(performance.now() + TURN_MILLIS)) && performance.now() < end) {
      await nextTurn();
    }
  };
}
