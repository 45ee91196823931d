import type { Period } from '../../graph/index.ts';
import type { Measure } from '../measure.ts';
import { type EdgeSeries, indexOf, type World } from '../world.ts';
import { stretchScore } from './scan.ts';
import { trackOf } from './tracks.ts';

/**
 * The window in which one signal of one edge left its baseline: the most likely change point between the baseline and
 * the end of a period.
 */
export function onsetOf(
  world: World,
  edge: EdgeSeries,
  measure: Measure,
  threshold: number,
  baseline: Period,
  period: Period,
): number {
  const { track } = trackOf(edge, measure, threshold);
  const outside = new Uint8Array(track.bad.length).fill(1);
  const end = Math.min(track.bad.length, indexOf(world, period.to));
  outside.fill(0, Math.max(0, indexOf(world, baseline.from)), end);
  const usual = indexOf(world, period.from);
  let best = { at: usual, score: 0 };
  for (let from = Math.max(0, indexOf(world, baseline.to) - 1); from < end; from++) {
    const score = stretchScore(track, from, end, outside);
    if (score > best.score) best = { at: from, score };
  }
  return best.at;
}
