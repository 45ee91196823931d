import type { EdgeKey } from '../../graph/index.ts';
import { type Histogram, mergeHistograms, quantile } from '../../probe/index.ts';
import { edgeId } from '../keys.ts';
import type { Reading } from './alternatives.ts';
import { type Channel, signalName } from './channels.ts';
import { quantileIn } from './coarse.ts';
import { pValue } from './e-value.ts';
import { DAY_MICROS } from './settings.ts';
import type { Anomaly } from './types.ts';

/** The quantile of a time that people know. */
const SHOWN_QUANTILE = 0.99;
const SECOND = 1_000_000;

/** An anomaly that is open, and what is needed to tell its end. */
export interface Opened {
  anomaly: Anomaly;
  /** CUSUM of the evidence that it is over, and the step in which that began. */
  over: number;
  overSince: number;
  /** Rate since the onset, what its end is told from. */
  level: number;
  /** Step of its last event. */
  heard: number;
  /** Times since it opened (slow and level). */
  times: Histogram | null;
}

export interface Told {
  readonly edge: EdgeKey;
  readonly channel: Channel;
  readonly onset: number;
  readonly at: number;
  readonly stepMicros: number;
  readonly since: Reading;
  readonly usual: number;
  /** Histogram of the past of its time, if it has one. */
  readonly past: { readonly data: Float32Array; readonly start: number } | null;
  readonly evidence: number;
  readonly requests: number;
}

/** The record of an anomaly as of a step. */
export function describe(told: Told, times: Histogram | null): Anomaly {
  const { edge, channel, onset, at, stepMicros, since, evidence } = told;
  const { was, is, unit } = shown(told, times);
  return {
    id: `${edgeId(edge)} ${channel.name} ${onset}`,
    edge,
    channel: channel.name,
    signal: signalName(channel, edge.port),
    onset,
    opened: at + stepMicros,
    seen: at + stepMicros,
    ended: null,
    lasting: false,
    was,
    is,
    unit,
    bad: channel.family === 'level' ? null : since.bad,
    total: since.total,
    requests: told.requests,
    evidence,
    p: pValue({ evidence }, DAY_MICROS / stepMicros),
    stepMicros,
  };
}

function shown(
  { channel, since, usual, past, stepMicros }: Told,
  times: Histogram | null,
): Pick<Anomaly, 'was' | 'is' | 'unit'> {
  switch (channel.family) {
    case 'share':
      return { was: usual, is: since.bad / since.total, unit: 'share' };
    case 'more':
    case 'less': {
      const seconds = stepMicros / SECOND;
      return { was: usual / seconds, is: since.bad / since.total / seconds, unit: 'per second' };
    }
    case 'slow':
    case 'level': {
      const was = past === null ? null : quantileIn(past.data, past.start, SHOWN_QUANTILE);
      const is = times === null ? null : quantile(times, SHOWN_QUANTILE);
      return { was: was === null ? null : was / 1000, is: is === null ? null : is / 1000, unit: 'ms' };
    }
  }
}

/** Times of another step. */
export function addTimes(times: Histogram | null, more: Histogram): Histogram {
  return times === null ? more : mergeHistograms(times, more);
}
