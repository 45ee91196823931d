import type { EdgeCounts } from '../graph/index.ts';
import { bucketOf, countAbove, type Histogram, histogramTotal, quantile } from '../probe/index.ts';
import { attempts, type TimeName } from './counts.ts';
import type { SignalName } from './finding.ts';
import type { Sample } from './statistics/dispersion.ts';
import {
  EFFECT_QUANTILES,
  ENOUGH_ALL_BAD,
  ENOUGH_BAD,
  ENOUGH_EVENTS,
  SHARE_FACTOR,
  TIME_FACTOR,
  TIME_FLOOR_MICROS,
} from './thresholds.ts';

interface Common {
  readonly name: MeasureName;
  readonly signal: SignalName;
  /**
   * Intra-class correlation within a window that is assumed until the baseline has shown its own: times wander
   * together, losses come in bursts, failures are nearly independent.
   */
  readonly priorCorrelation: number;
  /** What a bad event is called in a phrase. */
  readonly adjective: string;
}

/** A share of events that went wrong. */
export interface ShareMeasure extends Common {
  readonly kind: 'share';
  readonly sample: (counts: EdgeCounts) => Sample;
  /** A rise of the share smaller than this matters to nobody. */
  readonly floor: number;
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
    priorCorrelation: 0.01,
    adjective: 'slow',
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
    priorCorrelation: 0.01,
    adjective: 'slow',
    time: 'rtt',
  },
  {
    kind: 'time',
    name: 'connect time',
    signal: 'round trip',
    priorCorrelation: 0.01,
    adjective: 'slow to connect',
    time: 'connect',
  },
  {
    kind: 'time',
    name: 'wait',
    signal: 'wait before read',
    priorCorrelation: 0.01,
    adjective: 'kept waiting',
    time: 'wait',
  },
];

/** Bad and total events of a measure; `threshold` is the last bucket that is not slow (ignored by shares). */
export function sampleOf(measure: Measure, counts: EdgeCounts, threshold: number): Sample {
  if (measure.kind === 'share') return measure.sample(counts);
  const histogram = counts[measure.time];
  return { bad: countAbove(histogram, threshold), total: histogramTotal(histogram) };
}

/** The bucket a quantile falls into; `null` of an empty histogram. */
export function thresholdOf(histogram: Histogram, q: number): number | null {
  const micros = quantile(histogram, q);
  return micros === null ? null : bucketOf(micros);
}

/** Largest rise, in microseconds, at the quantiles of the effect floor that passes the floor; 0 when none does. */
export function timeEffect(now: Histogram, then: Histogram): number {
  const count = Math.min(histogramTotal(now), histogramTotal(then));
  let largest = 0;
  for (const q of EFFECT_QUANTILES) {
    if (count * (1 - q) < 1) continue;
    const is = quantile(now, q) ?? 0;
    const was = quantile(then, q) ?? 0;
    if (is - was >= TIME_FLOOR_MICROS && is >= was * TIME_FACTOR) largest = Math.max(largest, is - was);
  }
  return largest;
}

/** Whether a change is large enough to matter, and whether there is enough of it to say so. */
export function matters(measure: Measure, now: EdgeCounts, then: EdgeCounts, sample: Sample, usual: number) {
  if (sample.bad < ENOUGH_BAD) return false;
  if (sample.total < ENOUGH_EVENTS && !(sample.bad === sample.total && sample.bad >= ENOUGH_ALL_BAD))
    return false;
  if (measure.kind === 'time') return timeEffect(now[measure.time], then[measure.time]) > 0;
  const rate = sample.bad / sample.total;
  return rate - usual >= measure.floor && rate >= usual * SHARE_FACTOR;
}
