import type { EdgeCounts } from '../../graph/index.ts';
import { sumCounts } from '../counts.ts';
import { matters, sampleOf, thresholdOf } from '../measure.ts';
import { BASELINE_WINDOWS, SHARE_FACTOR } from '../thresholds.ts';
import type { EdgeSeries } from '../world.ts';
import { type Stretch, strongestStretch, type Track } from './scan.ts';
import { type EdgeTrack, tracksOf } from './tracks.ts';

/** A stretch in which one signal of one edge was raised by more than the effect floor. */
export interface Episode extends Stretch {
  readonly source: EdgeTrack;
  /** Whether what came before it is known and was lower; without that it is no onset, and no baseline either. */
  readonly risen: boolean;
}

/** Stretches looked for in one track: what stands out more often is the nature of the edge, not an episode. */
const EPISODES_PER_TRACK = 6;

/** Every stretch of every edge that stands out and is large enough to matter; significance is judged later. */
export function episodesOf(edges: readonly EdgeSeries[]): Episode[] {
  return edges.flatMap((edge) => tracksOf(edge).flatMap(episodesOfTrack));
}

function episodesOfTrack(source: EdgeTrack): Episode[] {
  const skip = new Uint8Array(source.track.bad.length);
  const found: Episode[] = [];
  for (let round = 0; round < EPISODES_PER_TRACK; round++) {
    const stretch = strongestStretch(source.track, skip);
    if (stretch === null) break;
    if (large(source, stretch, skip)) {
      found.push({ ...stretch, source, risen: risen(source.track, stretch, skip) });
    }
    skip.fill(1, stretch.from, stretch.to);
  }
  return found;
}

function risen({ bad, total }: Track, { from, to }: Stretch, skip: Uint8Array): boolean {
  const before = { bad: 0, total: 0, windows: 0 };
  const inside = { bad: 0, total: 0 };
  for (let i = 0; i < to; i++) {
    if (skip[i] !== 0) continue;
    const part = i < from ? before : inside;
    part.bad += bad[i]!;
    part.total += total[i]!;
    if (i < from) before.windows++;
  }
  if (before.windows < BASELINE_WINDOWS || before.total === 0) return false;
  return inside.bad / inside.total >= (SHARE_FACTOR * before.bad) / before.total;
}

function large({ edge, measure }: EdgeTrack, { from, to }: Stretch, skip: Uint8Array): boolean {
  const now = sumOf(edge, (i) => i >= from && i < to && skip[i] === 0);
  const then = sumOf(edge, (i) => (i < from || i >= to) && skip[i] === 0);
  const threshold = thresholdOf(measure, then);
  if (threshold === null) return false;
  const usual = sampleOf(measure, then, threshold);
  const rate = usual.total > 0 ? usual.bad / usual.total : 0;
  return matters(measure, sampleOf(measure, now, threshold), rate);
}

function sumOf(edge: EdgeSeries, use: (index: number) => boolean): EdgeCounts {
  return sumCounts(edge.windows.filter((counts, i): counts is EdgeCounts => counts !== null && use(i)));
}
