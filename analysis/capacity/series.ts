import { type Trend, trendOf } from '../statistics/trend.ts';
import type { CapacityItem, Estimate } from './capacity.ts';

/** How much of one thing was in use, window by window, ascending. */
export interface Series extends Pick<CapacityItem, 'kind' | 'subject' | 'instance' | 'what' | 'ended'> {
  /** Microseconds since the epoch. */
  readonly times: readonly number[];
  readonly used: readonly number[];
  readonly limit: Estimate | null;
}

/** A series with its trend and what becomes of it if that goes on. */
export interface Judged {
  readonly series: Series;
  readonly used: number;
  readonly trend: Trend | null;
  /** Up, and nothing else is left to chance. */
  readonly rising: boolean;
  readonly timeLeft: Estimate | null;
}

/** Nobody knows what lies ten times as far ahead as was looked back. */
const EXTRAPOLATE = 10;

export function judge(series: Series): Judged {
  const trend = trendOf(series.times, series.used);
  const used = series.used.at(-1) ?? 0;
  const rising = trend !== null && trend.slope > 0 && trend.low > 0;
  return { series, used, trend, rising, timeLeft: rising ? timeLeft(series, trend!) : null };
}

function timeLeft({ limit, times }: Series, trend: Trend): Estimate | null {
  if (limit === null) return null;
  const now = times.at(-1)!;
  const until = (end: number, slope: number) => Math.max(0, (end - trend.at(now)) / slope);
  const estimate = until(limit.estimate, trend.slope);
  if (estimate > EXTRAPOLATE * (now - times[0]!)) return null;
  return {
    estimate,
    low: until(limit.low, trend.high),
    high: limit.high === null ? null : until(limit.high, trend.low),
  };
}
