import type { EdgeCounts } from '../../graph/index.ts';
import { EMPTY_HISTOGRAM, mergeHistograms } from '../../probe/index.ts';
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
  const tracks: EdgeTrack[] = [];
  for (const measure of MEASURES) {
    if (measure.kind === 'share') {
      add(measure, 0);
      continue;
    }
    const all = mergeHistograms(EMPTY_HISTOGRAM, ...filled.map((counts) => counts[measure.time]));
    const thresholds = new Set(SPAN_QUANTILES.map((q) => quantileBucket(all, q)));
    for (const threshold of thresholds) if (threshold !== null) add(measure, threshold);
  }
  return tracks;

  function add(measure: Measure, threshold: number): void {
    const bad = new Float64Array(edge.windows.length);
    const total = new Float64Array(edge.windows.length);
    let any = false;
    for (let i = 0; i < edge.windows.length; i++) {
      const counts = edge.windows[i];
      if (!counts) continue;
      const sample = sampleOf(measure, counts, threshold);
      bad[i] = sample.bad;
      total[i] = sample.total;
      any ||= sample.bad > 0;
    }
    if (any) tracks.push({ edge, measure, track: { bad, total, correlation: measure.priorCorrelation } });
  }
}
