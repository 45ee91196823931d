import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Ring } from '../bpf-ringbuf-napi/index.js';
import type { Flow } from '../flow.ts';
import { endNow, endsOf, isFlow, meetRing, sortSweep } from './batch.ts';
import type { Briefs } from './briefs.ts';
import type { Clock } from './clock.ts';
import type { Conversations } from './conversations.ts';
import { createPayloadDrain } from './conversations-drain.ts';
import type { Datagrams } from './datagrams.ts';
import type { Meter } from './governor-meter.ts';
import { RECORD_SIZE } from './layout.ts';
import { secondOf } from './slices.ts';
import type { SocketTable } from './socket-table.ts';
import type { Ended, Tracker } from './tracker.ts';
import type { TurnSample } from './turn-sample.ts';
import type { UnseenEnds } from './unseen-ends.ts';

/** Longest that an ended connection waits for its flow. Shorter costs more wake-ups, longer a larger ring. */
const DRAIN_MILLIS = 25;
/** One drain fills at most this, so that one batch of flows stays small. */
const BATCH_BYTES = 1 << 20;
/** Part of the ring that may wait before payload is left alone: what comes while a batch is handled fits in the rest. */
const PRESSURE = 1 / 4;
/** Live records handled before other work of the process gets its turn: about 10 ms when all have latencies to read. */
const SWEEP_CHUNK = 1024;

export interface CollectorSources {
  readonly ring: Ring;
  readonly ringBytes: number;
  readonly sockets: SocketTable;
  /** Chunks of payload, `null` when none are made. */
  readonly payloads: Ring | null;
  readonly conversations: Pick<Conversations, 'met' | 'feed' | 'beginSweep' | 'endSweep'>;
  readonly meter: Meter;
  readonly tracker: Tracker;
  /** Connections that are told together. */
  readonly briefs: Briefs;
  /** Conversations that are no connections. */
  readonly datagrams: Pick<Datagrams, 'drain' | 'sweep'>;
  readonly clock: Clock;
  /** `null` where they cannot be found. */
  readonly unseenEnds: UnseenEnds | null;
  /** Single requests, chosen by the same rule at both ends of a connection. */
  readonly onSample?: (sample: TurnSample) => void;
  /** Ends of connections wait in the ring while payload is read. */
  onPressure(): void;
  /** Before each drain. */
  glance(): void;
  /** Reads what else is known of sockets by now: their translations, and the packets of them that were dropped. */
  drainOthers(): void;
  /** Once per sweep. */
  maintain(now: number): void;
  onFlows(flows: readonly Flow[]): void;
  onEnded: ((flows: readonly Flow[]) => void) | undefined;
  /** Something failed in a turn of the loop; the loop goes on. */
  onError(error: unknown): void;
}

export interface Collector {
  /** Ended connections taken from the table, because the ring had refused them. */
  readonly recovered: number;
  /** Ended connections whose end no program saw. */
  readonly unseen: number;
  /** Ends the loop, then drains and sweeps once more. */
  stop(): Promise<void>;
}

/**
 * The loop of the probe: the ring every few milliseconds, the whole table every second. One thing after the other, so a
 * record never overtakes an older one of the same socket.
 */
export function startCollector(sources: CollectorSources): Collector {
  const { ring, sockets, tracker, briefs, clock, payloads, conversations, meter } = sources;
  const buffer = new Uint8Array(BATCH_BYTES);
  const pressing = () => ring.pending() > PRESSURE * sources.ringBytes;
  const drainPayloads = createPayloadDrain({ ring: payloads, conversations, meter, pressing });
  let stopping = false;
  let recovered = 0;
  let unseen = 0;
  let lastSweep = 0;
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

  const drainDatagrams = () => meter.measure(() => sources.datagrams.drain());

  const drain = async () => {
    sources.glance();
    drainDatagrams();
    for (let first = true; ; first = false) {
      const { bytes, records } = ring.drain(buffer);
      if (first || records > 0) {
        const ends = meter.measure(() =>
          meetRing(tracker, buffer.subarray(0, bytes), sources.onSample, briefs),
        );
        conversations.met();
        /* A translation is announced before the packet that opens its connection goes on: it waits by now. */
        sources.drainOthers();
        if (payloads !== null && payloads.pending() > 0 && pressing()) sources.onPressure();
        /*
         * Every chunk of a connection that ended waits too; those of connections opened since then are kept for the next
         * drain, which will know them.
         */
        await drainPayloads(stopping);
        emit(meter.measure(ends));
      }
      if (bytes < BATCH_BYTES / 2) return;
      await nextTurn();
    }
  };

  const sweep = async (to: number) => {
    const cutNs = Number(process.hrtime.bigint());
    const { count, values, places } = sockets.sweep();
    const swept = sortSweep(values, count, cutNs);
    const { view } = swept;
    const gone = new Set(sources.unseenEnds?.among(view, swept.live, cutNs));
    for (const base of gone) endNow(view, base, cutNs);
    const live = gone.size === 0 ? swept.live : swept.live.filter((base) => !gone.has(base));
    const ended = [...swept.ended, ...gone];
    const taken = meter.measure(() => {
      for (const base of ended)
        sockets.release(places[base / RECORD_SIZE]!, values.subarray(base, base + RECORD_SIZE));
      const tracked = ended.map((base) => tracker.take(view, base));
      for (const base of live) tracker.meet(view, base);
      tracked.forEach((each, i) => void tracker.match(each, view, ended[i]!));
      return tracked;
    });
    recovered += swept.ended.length;
    unseen += gone.size;
    conversations.beginSweep(cutNs);
    await drainPayloads(stopping);
    emit(meter.measure(() => endsOf(tracker, taken, view, ended)));
    for (let at = 0; at < live.length; at += SWEEP_CHUNK) {
      if (at > 0) await nextTurn();
      const some = live.slice(at, at + SWEEP_CHUNK);
      emit(
        [],
        meter.measure(() => some.map((base) => tracker.live(view, base, to)).filter(isFlow)),
      );
    }
    conversations.endSweep();
    emit(
      [],
      meter.measure(() => briefs.drain(lastSweep)),
    );
    drainDatagrams();
    const batches = sources.datagrams.sweep(to)[Symbol.iterator]();
    for (;;) {
      const batch = meter.measure(() => batches.next());
      if (batch.done) break;
      emit(batch.value.ends, batch.value.flows);
      await nextTurn();
    }
    tracker.swept(to);
    lastSweep = to;
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
    lastSweep = second;
    while (!stopping) {
      const untilSecond = (second + 1_000_000 - clock.now()) / 1000;
      await pause(Math.max(0, Math.min(DRAIN_MILLIS, untilSecond)));
      await guarded(drain);
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
    get unseen() {
      return unseen;
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
