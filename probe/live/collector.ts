import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BpfMap, Ring } from '../bpf-ringbuf-napi/index.js';
import type { Flow } from '../flow.ts';
import { flowsOfRing, isFlow, sortSweep } from './batch.ts';
import type { Clock } from './clock.ts';
import type { Datagrams } from './datagrams.ts';
import { RECORD_SIZE } from './layout.ts';
import { secondOf } from './slices.ts';
import type { Ended, Tracker } from './tracker.ts';

/** Longest that an ended connection waits for its flow. Shorter costs more wake-ups, longer a larger ring. */
const DRAIN_MILLIS = 25;
/** One drain fills at most this, so that one batch of flows stays small. */
const BATCH_BYTES = 1 << 20;
/** Drains of payload at once: more than a full ring of 4 MiB needs, so that a flood cannot keep the loop here. */
const PAYLOAD_ROUNDS = 16;
/** Live records handled before other work of the process gets its turn: about 10 ms when all have latencies to read. */
const SWEEP_CHUNK = 1024;

export interface CollectorSources {
  readonly ring: Ring;
  readonly sockets: BpfMap;
  /** Payload: `receive` gets what was drained, as `chunk.ts` reads it, before the ends of the same connections. */
  readonly payloads?: { readonly ring: Ring; receive(bytes: Uint8Array): void };
  readonly tracker: Tracker;
  /** Conversations that are no connections. */
  readonly datagrams: Pick<Datagrams, 'drain' | 'sweep'>;
  readonly clock: Clock;
  /** Reads what waits in the connection tracking sockets. */
  drainConntrack(): void;
  /** Once per sweep. */
  maintain(now: number): void;
  onFlows(flows: readonly Flow[]): void;
  onEnded: ((flows: readonly Flow[]) => void) | undefined;
  /** Something failed in a turn of the loop; the loop goes on. */
  onError(error: unknown): void;
}

export interface Collector {
  /** Ended connections taken from the map, because the ring had refused them. */
  readonly recovered: number;
  /** Ends the loop, then drains and sweeps once more. */
  stop(): Promise<void>;
}

/**
 * The loop of the probe: the ring every few milliseconds, the whole map every second. One thing after the other, so a
 * record never overtakes an older one of the same socket.
 */
export function startCollector(sources: CollectorSources): Collector {
  const { ring, sockets, tracker, clock, payloads } = sources;
  const buffer = new Uint8Array(BATCH_BYTES);
  const payloadBuffer = new Uint8Array(payloads === undefined ? 0 : BATCH_BYTES);
  let stopping = false;
  let recovered = 0;
  let wake: () => void = () => {};

  const emit = (ends: readonly Ended[], flows: readonly Flow[] = []) => {
    const increments = [...ends.map(({ increment }) => increment), ...flows];
    if (increments.length > 0) receive(sources.onFlows, increments);
    if (ends.length > 0 && sources.onEnded !== undefined)
      receive(
        sources.onEnded,
        ends.map(({ whole }) => whole),
      );
  };

  /* What a receiver does wrong must not stop the books here. */
  const receive = (receiver: (flows: readonly Flow[]) => void, flows: readonly Flow[]) => {
    try {
      receiver(flows);
    } catch (error) {
      sources.onError(error);
    }
  };

  /** After the records were copied and before they are looked at: every chunk of a connection that ended is here. */
  const drainPayloads = () => {
    if (payloads === undefined) return;
    for (let round = 0; round < PAYLOAD_ROUNDS; round++) {
      const { bytes, records } = payloads.ring.drain(payloadBuffer);
      if (records > 0) payloads.receive(payloadBuffer.subarray(0, bytes));
      if (bytes < BATCH_BYTES / 2) return;
    }
  };

  const drain = async () => {
    for (let first = true; ; first = false) {
      const { bytes, records } = ring.drain(buffer);
      drainPayloads();
      if (first || records > 0) {
        /* A translation is announced before the packet that opens its connection goes on: it waits by now. */
        emit(flowsOfRing(tracker, buffer.subarray(0, bytes), sources.drainConntrack));
      }
      if (bytes < BATCH_BYTES / 2) return;
      await nextTurn();
    }
  };

  const sweep = async (to: number) => {
    const { count, keys, values } = sockets.sweep();
    drainPayloads();
    const { view, live, ended } = sortSweep(values, count);
    for (const base of live) tracker.meet(view, base);
    recovered += ended.length;
    const taken = ended.map((base) => ({ base, tracked: tracker.take(view, base) }));
    for (const base of ended) {
      const key = (base / RECORD_SIZE) * sockets.keySize;
      sockets.delete(keys.subarray(key, key + sockets.keySize));
    }
    emit(taken.map(({ base, tracked }) => tracker.ended(tracked, view, base)));
    for (let at = 0; at < live.length; at += SWEEP_CHUNK) {
      if (at > 0) await nextTurn();
      emit(
        [],
        live
          .slice(at, at + SWEEP_CHUNK)
          .map((base) => tracker.live(view, base, to))
          .filter(isFlow),
      );
    }
    sources.datagrams.drain();
    const { ends, flows } = sources.datagrams.sweep(to);
    emit(ends, flows);
    tracker.swept(to);
  };

  const pause = (millis: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, millis);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const guarded = async (action: () => Promise<void>) => {
    try {
      await action();
    } catch (error) {
      sources.onError(error);
    }
  };

  const loop = async () => {
    let second = secondOf(clock.now());
    tracker.swept(second);
    while (!stopping) {
      const untilSecond = (second + 1_000_000 - clock.now()) / 1000;
      await pause(Math.max(0, Math.min(DRAIN_MILLIS, untilSecond)));
      await guarded(drain);
      sources.datagrams.drain();
      const now = clock.now();
      if (secondOf(now) === second) continue;
      second = secondOf(now);
      await guarded(() => sweep(second));
      clock.adjust();
      sources.maintain(now);
    }
  };

  const running = loop();
  return {
    get recovered() {
      return recovered;
    },
    async stop() {
      stopping = true;
      wake();
      await running;
      await drain();
      await sweep(clock.now());
    },
  };
}
