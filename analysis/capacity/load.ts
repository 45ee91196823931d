import { WINDOW_MICROS } from '../../graph/index.ts';
import { mean } from '../counts.ts';
import { edgeWords } from '../events/words.ts';
import { quantile } from '../statistics/quantile.ts';
import { type Trend, trendOf } from '../statistics/trend.ts';
import { ENOUGH_EVENTS, TIME_FACTOR } from '../thresholds.ts';
import { type EdgeSeries, timeOf, type World } from '../world.ts';
import type { Series } from './series.ts';

/** Windows with enough requests to show a curve. */
const ENOUGH_WINDOWS = 24;
const SECONDS = WINDOW_MICROS / 1_000_000;

export interface LoadCurve {
  readonly series: Series;
  /** The line of 1 / latency over the rate, falling where load makes slow. */
  readonly line: Trend;
}

/**
 * Latency against load. A server that is busy for a share r of the time answers in S / (1 - r): the reciprocal of its latency falls
 * in a straight line with the rate, and where it would reach zero the server saturates (M/M/1; of several servers the line
 * is flatter first, and the estimate late rather than early). The line is Theil's, so that slow spells do not bend it.
 */
export function loadCurves(world: World): LoadCurve[] {
  return world.edges.flatMap((edge) => curveOf(world, edge));
}

function curveOf(world: World, { key, windows }: EdgeSeries): LoadCurve[] {
  const rates: number[] = [];
  const inverse: number[] = [];
  const times: number[] = [];
  for (const [i, counts] of windows.entries()) {
    const latency = counts === null ? 0 : mean(counts.latency);
    if (counts === null || counts.requests < ENOUGH_EVENTS || latency <= 0) continue;
    times.push(timeOf(world, i));
    rates.push(counts.requests / SECONDS);
    inverse.push(1 / latency);
  }
  if (rates.length < ENOUGH_WINDOWS) return [];
  const line = trendOf(rates, inverse);
  // Twice as slow matters, and only a load that varied shows a curve.
  if (line === null || line.slope >= 0 || !slower(rates, inverse)) return [];
  const rate = quantile(Float64Array.from(rates), 0.5);
  const saturatesAt = (slope: number) => rate + line.at(rate) / -slope;
  return [
    {
      line,
      series: {
        kind: 'load',
        subject: key.server,
        instance: null,
        what: edgeWords(key),
        times,
        used: rates,
        limit: {
          estimate: saturatesAt(line.slope),
          low: saturatesAt(line.low),
          high: line.high < 0 ? saturatesAt(line.high) : null,
        },
        ended: 0,
      },
    },
  ];
}

/** Whether the busiest quarter of the windows took longer than the calmest by a factor that matters. */
function slower(rates: readonly number[], inverse: readonly number[]): boolean {
  const all = Float64Array.from(rates);
  const [calm, busy] = [quantile(all, 0.25), quantile(all, 0.75)];
  const of = (keep: (rate: number) => boolean) =>
    quantile(Float64Array.from(inverse.filter((_, i) => keep(rates[i]!))), 0.5);
  return of((rate) => rate <= calm) >= TIME_FACTOR * of((rate) => rate >= busy);
}
