import type { EdgeCounts } from '../graph/index.ts';
import type { Measure } from './measure.ts';
import { MEASURES, type MeasureName, sampleOf, thresholdOf } from './measure.ts';
import {
  type Dispersion,
  dispersionOf,
  intraclass,
  poolDispersion,
  type Sample,
} from './statistics/dispersion.ts';
import type { Belief } from './statistics/tail.ts';
import type { EdgeSeries } from './world.ts';

/** Windows of evidence that the assumed intra-class correlation weighs as much as. */
const CORRELATION_PRIOR_WINDOWS = 8;
/** Events that the rate of all edges together weighs as much as, for an edge with a past of its own. */
export const RATE_PRIOR_EVENTS = 10;
/** Jeffreys' half event: a rate of which no bad event was ever seen is small, not zero. */
const HALF = 0.5;

/** What one measure of one edge did before. */
export interface EdgeBaseline {
  readonly measure: Measure;
  /** Last bucket that is not slow; 0 for shares. `null` where the edge has no past to take it from. */
  readonly threshold: number | null;
  readonly usual: Sample;
  /** Rate the next events are expected to show, with the weight of what is known about it. */
  readonly belief: Belief;
  /** Intra-class correlation of the outcomes of a stretch of time. */
  readonly correlation: number;
}

export type Baselines = ReadonlyMap<string, ReadonlyMap<MeasureName, EdgeBaseline>>;

/**
 * Freezes the past of every edge: threshold, rate, and how much the rate wanders from window to window. What one edge
 * shows in few windows is shrunk towards what all edges show (empirical Bayes).
 */
export function baselinesOf(
  edges: readonly EdgeSeries[],
  then: ReadonlyMap<string, EdgeCounts>,
  windows: { readonly from: number; readonly to: number },
): Baselines {
  const all = new Map<string, Map<MeasureName, EdgeBaseline>>();
  for (const measure of MEASURES) {
    const rows = edges.flatMap((edge) => {
      const counts = then.get(edge.id);
      if (counts === undefined) return [];
      const threshold = thresholdOf(measure, counts);
      const usual = threshold === null ? { bad: 0, total: 0 } : sampleOf(measure, counts, threshold);
      const samples = threshold === null ? [] : windowSamples(edge, measure, threshold, windows);
      return [{ id: edge.id, threshold, usual, dispersion: dispersionOf(samples) }];
    });
    const pooled = intraclass(poolDispersion(rows.map(({ dispersion }) => dispersion)));
    const shared = rateOf(rows.map(({ usual }) => usual));
    for (const { id, threshold, usual, dispersion } of rows) {
      const rate = beliefOf(usual, shared, 0).mean;
      const assumed =
        measure.kind === 'share' ? Math.min(rate, measure.priorCorrelation) : measure.priorCorrelation;
      const correlation = shrunk(dispersion, Math.max(pooled, assumed));
      const entry = { measure, threshold, usual, belief: beliefOf(usual, shared, correlation), correlation };
      const list = all.get(id);
      if (list) list.set(measure.name, entry);
      else all.set(id, new Map([[measure.name, entry]]));
    }
  }
  return all;
}

/**
 * Belief about the rate of a stretch of time: Beta with the mean of the past; its variance is that of the estimate
 * (few past events) plus that of the wander (intra-class correlation). The whole stretch counts as one draw, which is
 * cautious for long ones and right for noise that lasts as long as a fault.
 *
 * @param events what the prior weighs as much as
 */
export function beliefOf(
  usual: Sample,
  prior: number,
  correlation: number,
  events = RATE_PRIOR_EVENTS,
): Belief {
  const bad = usual.bad + events * prior + HALF;
  const weight = usual.total + events + 1;
  const spread = 1 / (weight + 1) + correlation;
  return { mean: Math.min(0.999, bad / weight), weight: Math.max(1e-3, 1 / spread - 1) };
}

function shrunk(dispersion: Dispersion, prior: number): number {
  const own = intraclass(dispersion);
  return (
    (dispersion.groups * own + CORRELATION_PRIOR_WINDOWS * prior) /
    (dispersion.groups + CORRELATION_PRIOR_WINDOWS)
  );
}

function rateOf(samples: readonly Sample[]): number {
  let [bad, total] = [0, 0];
  for (const sample of samples) {
    bad += sample.bad;
    total += sample.total;
  }
  return total > 0 ? bad / total : HALF;
}

function windowSamples(
  edge: EdgeSeries,
  measure: Measure,
  threshold: number,
  { from, to }: { readonly from: number; readonly to: number },
): Sample[] {
  const samples: Sample[] = [];
  for (let i = from; i < to; i++) {
    const counts = edge.windows[i];
    if (counts) samples.push(sampleOf(measure, counts, threshold));
  }
  return samples;
}
