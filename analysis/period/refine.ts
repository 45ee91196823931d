import { beliefOf } from '../baseline.ts';
import { sumCounts } from '../counts.ts';
import { thresholdOf } from '../measure.ts';
import { surprise } from '../statistics/tail.ts';
import { BASELINE_WINDOWS } from '../thresholds.ts';
import type { Episode } from './episodes.ts';
import { stretchScore, type Track } from './scan.ts';
import { trackOf } from './tracks.ts';

/** Windows [from, to). */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** Chance that a quiet window before the onset is taken for its beginning, over all signals. */
const FALSE_BEGINNINGS = 0.01;

/**
 * The onset once more, now that a clean baseline says what slow is: the most likely change point between the start of
 * the baseline and the end of the period, over all raised signals together. What begins late in a window, or grows because
 * connections that are open keep it away for a while, shows before the likeliest change point as well: as long as the window
 * before surprises by itself, the onset is there.
 */
export function refinedOnset(
  group: readonly Episode[],
  baseline: Range,
  now: Range,
  leastWindows: number,
): number {
  const tracks = raisedTracks(group, baseline);
  const first = Math.min(now.from, baseline.from + BASELINE_WINDOWS);
  const scores = new Float64Array(now.to);
  for (const track of tracks) {
    const outside = new Uint8Array(track.bad.length).fill(1);
    outside.fill(0, baseline.from, now.to);
    for (let from = Math.max(first, baseline.to - 1); from <= now.to - leastWindows; from++) {
      scores[from]! += stretchScore(track, from, now.to, outside) ** 2;
    }
  }
  const best = scores.indexOf(Math.max(...scores));
  let onset = scores[best]! > 0 ? best : now.from;
  while (onset > first && tracks.some((track) => begins(track, baseline.from, onset - 1, tracks.length)))
    onset--;
  return onset;
}

/** One track per raised signal, slow being what the baseline says it is. */
function raisedTracks(group: readonly Episode[], { from, to }: Range): Track[] {
  const sources = new Map(group.map(({ source }) => [`${source.edge.id} ${source.measure.name}`, source]));
  return [...sources.values()].flatMap(({ edge, measure }) => {
    const past = sumCounts(edge.windows.slice(from, to).filter((counts) => counts !== null));
    const threshold = thresholdOf(measure, past);
    return threshold === null
      ? []
      : [{ ...trackOf(edge, measure, threshold).track, correlation: measure.priorCorrelation }];
  });
}

function begins({ bad, total, correlation }: Track, from: number, at: number, tracks: number): boolean {
  const past = { bad: 0, total: 0 };
  for (let i = from; i < at; i++) {
    past.bad += bad[i]!;
    past.total += total[i]!;
  }
  const belief = beliefOf(past, (past.bad + 0.5) / (past.total + 1), correlation);
  return surprise(bad[at]!, total[at]!, belief) * tracks <= FALSE_BEGINNINGS;
}
