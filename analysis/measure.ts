import type { EdgeCounts } from '../graph/index.ts';
import { bucketOf, type Histogram, quantile } from '../probe/index.ts';
import { attempts, type TimeName } from './counts.ts';
import type { SignalName } from './finding.ts';
import type { Sample } from './statistics/dispersion.ts';
import {
  ENOUGH_ALL_BAD,
  ENOUGH_BAD,
  ENOUGH_EVENTS,
  SHARE_FACTOR,
  SLOW_FLOOR,
  SLOW_QUANTILE,
  TIME_FACTOR,
  TIME_FLOOR_MICROS,
} from './thresholds.ts';

interface Common {
  readonly name: MeasureName;
  readonly signal: SignalName;
  /**
   * Intra-class correlation within a window that is assumed until the baseline has shown its own: times wander
   * together, losses come in bursts, failures are nearly independent. Of a rare share at most what lets its rate vary
   * by as much as itself (a variation coefficient of 1).
   */
  readonly priorCorrelation: number;
  /** A rise of the share of bad events smaller than this matters to nobody. */
  readonly floor: number;
  /** What a bad event is called in a phrase. */
  readonly adjective: string;
}

/** A share of events that went wrong. */
export interface ShareMeasure extends Common {
  readonly kind: 'share';
  readonly sample: (counts: EdgeCounts) => Sample;
}

/** Events that took longer than a threshold; the threshold comes from the baseline of the edge. */
export interface TimeMeasure extends Common {
  readonly kind: 'time';
  readonly time: TimeName;
}

export type Measure = ShareMeasure | TimeMeasure;
export type MeasureName =
  | 'connect failures'
  | 'resets'
  | 'retransmits'
  | 'errors'
  | 'latency'
  | 'wait'
  | 'rtt'
  | 'connect time';

/**
 * Intra-class correlation of slow requests that met in the same stretch of time: 1/50 makes a calm baseline worth no
 * more than 50 independent requests, however busy it was, so that one calm minute does not vouch for the next.
 */
const TIMES_WANDER = 0.02;

/** One engine for all: every signal is a count of bad events among all events. */
export const MEASURES: readonly Measure[] = [
  {
    kind: 'share',
    name: 'connect failures',
    signal: 'connect failures',
    priorCorrelation: 0.002,
    adjective: 'failed to connect',
    floor: 0.001,
    sample: (c) => ({ bad: c.refused + c.timedOut + c.unreachable, total: attempts(c) }),
  },
  {
    kind: 'share',
    name: 'retransmits',
    signal: 'retransmits',
    priorCorrelation: 0.002,
    adjective: 'retransmitted',
    floor: 0.005,
    sample: (c) => ({ bad: Math.min(c.retransmits, c.segments), total: c.segments }),
  },
  {
    kind: 'share',
    name: 'errors',
    signal: 'errors',
    priorCorrelation: 0.002,
    adjective: 'failed',
    floor: 0.001,
    sample: (c) => ({ bad: c.failedRequests, total: c.requests }),
  },
  {
    kind: 'time',
    name: 'latency',
    signal: 'latency',
    priorCorrelation: TIMES_WANDER,
    adjective: 'slow',
    floor: SLOW_FLOOR,
    time: 'latency',
  },
  {
    kind: 'share',
    name: 'resets',
    signal: 'resets',
    priorCorrelation: 0.002,
    adjective: 'reset',
    // Clients that drop what they no longer need reset connections as a habit.
    floor: 0.01,
    // Long-lived connections end rarely: their resets are counted per request they carried.
    sample: (c) => {
      const bad = c.resetByClient + c.resetByServer;
      return { bad, total: Math.max(bad, c.closed, c.requests) };
    },
  },
  {
    kind: 'time',
    name: 'rtt',
    signal: 'round trip',
    priorCorrelation: TIMES_WANDER,
    adjective: 'slow',
    floor: SLOW_FLOOR,
    time: 'rtt',
  },
  {
    kind: 'time',
    name: 'connect time',
    signal: 'round trip',
    priorCorrelation: TIMES_WANDER,
    adjective: 'slow to connect',
    floor: SLOW_FLOOR,
    time: 'connect',
  },
  {
    kind: 'time',
    name: 'wait',
    signal: 'wait before read',
    priorCorrelation: TIMES_WANDER,
    adjective: 'kept waiting',
    floor: SLOW_FLOOR,
    time: 'wait',
  },
];

/** Requests that the server itself took long over, by the thresholds of latency: what is lost or late on the way is not in it. */
export const SERVED: TimeMeasure = {
  ...(MEASURES.find(({ name }) => name === 'latency') as TimeMeasure),
  time: 'service',
};

/** Bad and total events of a measure; `threshold` is the last bucket that is not slow (ignored by shares). */
export function sampleOf(measure: Measure, counts: EdgeCounts, threshold: number): Sample {
  if (measure.kind === 'share') return measure.sample(counts);
  const { buckets, counts: events } = counts[measure.time];
  let [bad, total] = [0, 0];
  for (let i = 0; i < buckets.length; i++) {
    total += events[i]!;
    if (buckets[i]! > threshold) bad += events[i]!;
  }
  return { bad, total };
}

/** The bucket a quantile falls into; `null` of an empty histogram. */
export function quantileBucket(histogram: Histogram, q: number): number | null {
  const micros = quantile(histogram, q);
  return micros === null ? null : bucketOf(micros);
}

/**
 * Last bucket that is not slow. Slow is what takes longer than nearly everything did before, by enough to matter: the
 * effect floor is part of what is counted, so that a small shift of many can never pass for it. `null` without a past.
 */
export function slowAbove(past: Histogram): number | null {
  const micros = quantile(past, SLOW_QUANTILE);
  if (micros === null) return null;
  return bucketOf(Math.max(micros * TIME_FACTOR, micros + TIME_FLOOR_MICROS));
}

/** The threshold of a measure against a past; 0 for shares, which have none. */
export function thresholdOf(measure: Measure, past: EdgeCounts): number | null {
  return measure.kind === 'time' ? slowAbove(past[measure.time]) : 0;
}

/** Whether a rise is large enough to matter, and whether there is enough of it to say so. */
export function matters(measure: Measure, { bad, total }: Sample, usual: number): boolean {
  if (bad < ENOUGH_BAD) return false;
  if (total < ENOUGH_EVENTS && !(bad === total && bad >= ENOUGH_ALL_BAD)) return false;
  const rate = bad / total;
  return rate - usual >= measure.floor && rate >= usual * SHARE_FACTOR;
}
