import type { EdgeCounts } from '../../graph/index.ts';
import { mergeTimes } from '../counts.ts';
import { MEASURES, type Measure, quantileBucket, sampleOf } from '../measure.ts';
import type { EdgeSeries } from '../world.ts';
import type { Track } from './scan.ts';

export interface EdgeTrack {
  readonly edge: EdgeSeries;
  readonly measure: Measure;
  readonly track: Track;
}

/**
 * Before a baseline is chosen, slow is what lies above a quantile of the whole span. Any threshold between the healthy
 * and the bad bulk separates them; two quantiles make sure that one does, whether little or most of the span is bad.
 */
const SPAN_QUANTILES = [0.75, 0.95];

/** The tracks of one edge: one per share, one per time and quantile. Tracks without a bad event are left out. */
export function tracksOf(edge: EdgeSeries): EdgeTrack[] {
  const filled = edge.windows.filter((counts): counts is EdgeCounts => counts !== null);
  const tracks = MEASURES.flatMap((measure) => {
    if (measure.kind === 'share') return [trackOf(edge, measure, 0)];
    const all = mergeTimes(filled, measure.time);
    const thresholds = new Set(SPAN_QUANTILES.map((q) => quantileBucket(all, q)));
    return [...thresholds].flatMap((threshold) =>
      threshold === null ? [] : [trackOf(edge, measure, threshold)],
    );
  });
  return tracks.filter(({ track }) => track.bad.some((bad) => bad > 0));
}

export function trackOf(edge: EdgeSeries, measure: Measure, threshold: number): EdgeTrack {
  const bad = new Float64Array(edge.windows.length);
  const total = new Float64Array(edge.windows.length);
  for (const [i, counts] of edge.windows.entries()) {
    if (counts === null) continue;
    const sample = sampleOf(measure, counts, threshold);
    bad[i] = sample.bad;
    total[i] = sample.total;
  }
  // A share is looked at as if it were binomial: the test that follows knows better, a missed onset is lost.
  const correlation = measure.kind === 'time' ? measure.priorCorrelation : 0;
  return { edge, measure, track: { bad, total, correlation } };
}
