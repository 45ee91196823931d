import { SCAN_SCORE } from '../thresholds.ts';

/** Bad and total events of one measure of one edge, window by window. */
export interface Track {
  readonly bad: Float64Array;
  readonly total: Float64Array;
  /** Assumed intra-class correlation inside a window. */
  readonly correlation: number;
}

/** A stretch of windows [from, to) in which a track is raised. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly score: number;
}

/** Blocks a scan looks at before it refines the ends: the pairs of ends grow with the square. */
const SCAN_BLOCKS = 72;

/**
 * The stretch of windows whose share of bad events stands out most, by the score statistic of a binomial change point
 * with two ends (an "epidemic" alternative: Levin and Kline 1985; Kulldorff's scan in time). The score is inflated
 * for intra-class correlation. `skip` marks windows that are taken.
 */
export function strongestStretch(track: Track, skip: Uint8Array): Stretch | null {
  const windows = track.bad.length;
  const bad = new Float64Array(windows + 1);
  const total = new Float64Array(windows + 1);
  let filled = 0;
  for (let i = 0; i < windows; i++) {
    const use = skip[i] === 0 ? 1 : 0;
    bad[i + 1] = bad[i]! + use * track.bad[i]!;
    total[i + 1] = total[i]! + use * track.total[i]!;
    if (use && track.total[i]! > 0) filled++;
  }
  const all = total[windows]!;
  const rate = bad[windows]! / all;
  if (!(rate > 0) || rate >= 1) return null;
  const inflation = 1 + Math.max(0, all / Math.max(1, filled) - 1) * track.correlation;
  const unit = rate * (1 - rate) * inflation;

  const score = (from: number, to: number): number => {
    const n = total[to]! - total[from]!;
    if (n <= 0 || n >= all) return 0;
    const excess = bad[to]! - bad[from]! - n * rate;
    return excess <= 0 ? 0 : excess / Math.sqrt(unit * n * (1 - n / all));
  };

  const step = Math.ceil(windows / SCAN_BLOCKS);
  let best: Stretch = { from: 0, to: 0, score: 0 };
  const consider = (from: number, to: number): void => {
    const value = score(from, to);
    if (value > best.score) best = { from, to, score: value };
  };
  for (let from = 0; from < windows; from += step) {
    for (let to = from + step; to < windows + step; to += step) consider(from, Math.min(to, windows));
  }
  if (best.score < SCAN_SCORE) return null;
  if (step > 1) {
    const { from, to } = best;
    for (let a = Math.max(0, from - step); a <= Math.min(windows, from + step); a++) {
      for (let b = Math.max(a + 1, to - step); b <= Math.min(windows, to + step); b++) consider(a, b);
    }
  }
  return best;
}

/** Score of one given stretch against all windows that are not skipped. */
export function stretchScore(track: Track, from: number, to: number, skip: Uint8Array): number {
  let [bad, total, inBad, inTotal, filled] = [0, 0, 0, 0, 0];
  for (let i = 0; i < track.bad.length; i++) {
    if (skip[i] !== 0 || track.total[i] === 0) continue;
    filled++;
    bad += track.bad[i]!;
    total += track.total[i]!;
    if (i < from || i >= to) continue;
    inBad += track.bad[i]!;
    inTotal += track.total[i]!;
  }
  const rate = bad / total;
  if (!(rate > 0) || rate >= 1 || inTotal === 0 || inTotal === total) return 0;
  const inflation = 1 + Math.max(0, total / filled - 1) * track.correlation;
  const variance = rate * (1 - rate) * inTotal * (1 - inTotal / total) * inflation;
  return Math.max(0, (inBad - inTotal * rate) / Math.sqrt(variance));
}
