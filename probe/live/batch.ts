import type { Flow } from '../flow.ts';
import { type Briefs, NO_BRIEFS } from './briefs.ts';
import {
  DELIVERED_BY_RING,
  DELIVERY_BY_SWEEP,
  ENDED_NS,
  ENDED_SIZE,
  IDENTITY_SIZE,
  RECORD_SIZE,
  record,
} from './layout.ts';
import type { Ended, Tracked, Tracker } from './tracker.ts';
import { readTurnSample, SAMPLE_SIZE, type TurnSample } from './turn-sample.ts';

/** Bytes of the header before each record of a drained ring: its length, and zero. */
const RING_HEADER = 8;

/**
 * First pass over the records a ring was drained of: connections are met, so that they know each other, and what else is
 * known of them can be read. The function it gives makes the flows of those that ended.
 *
 * Ends come first: most connections open and end within one batch, and the record of the end tells all of them.
 *
 * @param sampled called for each single request that was told
 * @param briefs takes those that need not be told one by one
 */
export function meetRing(
  tracker: Tracker,
  bytes: Uint8Array,
  sampled: (sample: TurnSample) => void = () => {},
  briefs: Briefs = NO_BRIEFS,
): () => readonly Ended[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const opened: number[] = [];
  const ended: number[] = [];
  const samples: number[] = [];
  for (let at = 0; at + RING_HEADER <= bytes.byteLength; ) {
    const length = view.getUint32(at, true);
    const base = at + RING_HEADER;
    at = base + Math.ceil(length / 8) * 8;
    if (at > bytes.byteLength) break;
    if (length === SAMPLE_SIZE) samples.push(base);
    else if (length === IDENTITY_SIZE) opened.push(base);
    else if (length === ENDED_SIZE) ended.push(base);
  }
  const singly = briefs.take(view, ended);
  const taken: Tracked[] = [];
  for (const base of singly) taken.push(tracker.take(view, base));
  for (const base of opened) tracker.meet(view, base);
  for (let i = 0; i < singly.length; i++) tracker.match(taken[i]!, view, singly[i]!);
  for (const base of samples) sampled(readTurnSample(view, base));
  return () => {
    briefs.settle();
    return endsOf(tracker, taken, view, singly);
  };
}

/** Second pass: the flows of connections that were taken. */
export function endsOf(
  tracker: Tracker,
  taken: readonly Tracked[],
  view: DataView,
  ended: readonly number[],
): readonly Ended[] {
  const ends: Ended[] = [];
  for (let i = 0; i < ended.length; i++) ends.push(tracker.ended(taken[i]!, view, ended[i]!));
  return ends;
}

export interface SweptRecords {
  readonly view: DataView;
  readonly live: readonly number[];
  /** Those the ring had no room for: to be delivered from here, and their places given back. */
  readonly ended: readonly number[];
}

/**
 * Nanoseconds after its end at which a connection is told although its socket is still held: by a process that never closes
 * it, or because the kernel skipped the program that would have seen it go.
 */
const HELD_NS = 60_000_000_000;

/**
 * Sorts the values of a sweep: offsets of live records, and of ended ones that only the map has.
 *
 * @param nowNs nanoseconds since boot
 */
export function sortSweep(values: Uint8Array, count: number, nowNs: number): SweptRecords {
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const live: number[] = [];
  const ended: number[] = [];
  for (let i = 0; i < count; i++) {
    const base = i * RECORD_SIZE;
    const delivery = record.delivery(view, base);
    if (delivery === DELIVERED_BY_RING) continue;
    const endedNs = record.endedNs(view, base);
    const held = endedNs > 0 && nowNs - endedNs > HELD_NS;
    if (delivery === DELIVERY_BY_SWEEP || held) ended.push(base);
    else live.push(base);
  }
  return { view, live, ended };
}

/** Ends a record whose end nobody saw: the connection was over by then, and nothing went wrong as far as is known. */
export function endNow(view: DataView, base: number, nowNs: number): void {
  view.setBigUint64(base + ENDED_NS, BigInt(nowNs), true);
}

export function isFlow(flow: Flow | null): flow is Flow {
  return flow !== null;
}
