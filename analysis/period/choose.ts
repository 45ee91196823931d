import { sumCounts } from '../counts.ts';
import { thresholdOf } from '../measure.ts';
import { BASELINE_PREFERRED_WINDOWS, BASELINE_WINDOWS } from '../thresholds.ts';
import type { World } from '../world.ts';
import { type Episode, episodesOf } from './episodes.ts';
import { stretchScore } from './scan.ts';
import { trackOf } from './tracks.ts';

/** Windows [from, to) of the world. */
export interface Stretches {
  readonly now: { readonly from: number; readonly to: number };
  readonly baseline: { readonly from: number; readonly to: number };
  /** How many onsets could have been chosen: the price of the choice, paid by every test that follows. */
  readonly looked: number;
}

/** The newest window is usually not over: an episode that ends this close to the end is still going on. */
const STILL_WINDOWS = 2;
/** A single raised window is noise of the edge, and belongs into the baseline; an incident lasts for two. */
const LEAST_WINDOWS = 2;
/** Without an onset the newest part of a quiet span is judged against the rest: this share, and at most so much. */
const QUIET_SHARE = 1 / 3;
const QUIET_WINDOWS = 30;

/**
 * The period a question without times is about, and the clean stretch before it. What goes on now is preferred to what
 * is over; several signals that are raised together choose their onset together, by the largest summed score.
 */
export function chooseStretches(world: World): Stretches {
  const looked = Math.max(1, world.windows);
  const relevant = world.edges.filter((edge) => world.scope.relevant.has(edge.id));
  const episodes = episodesOf(relevant);
  const group = latest(
    episodes.filter(({ risen, from, to }) => risen && to - from >= LEAST_WINDOWS),
    world.windows,
  );
  if (group.length === 0) return { ...quiet(world, episodes), looked };
  const now = { from: commonOnset(group), to: Math.max(...group.map(({ to }) => to)) };
  if (world.windows - now.to <= STILL_WINDOWS) now.to = world.windows;
  const baseline = cleanBefore(now.from, episodes);
  const from = refinedOnset(group, baseline, now);
  return {
    now: { from, to: now.to },
    baseline: guarded({ from: baseline.from, to: Math.min(baseline.to, from) }, from),
    looked,
  };
}

/**
 * Without the window right before the onset, where enough is left: the onset is known to a window, and the first bad
 * seconds in the baseline would make it look restless.
 */
function guarded({ from, to }: Stretches['baseline'], onset: number): Stretches['baseline'] {
  return to === onset && to - from > BASELINE_WINDOWS ? { from, to: to - 1 } : { from, to };
}

/** The clean stretch of windows before an index: the nearest that is long enough, else the longest. */
export function cleanBefore(end: number, episodes: readonly Episode[]): Stretches['baseline'] {
  const taken = new Uint8Array(end);
  for (const { from, to } of episodes) {
    if (to - from >= LEAST_WINDOWS && to <= end) taken.fill(1, from, to);
  }
  let best = { from: 0, to: 0 };
  let to = end;
  for (let i = end; i >= 0; i--) {
    if (i > 0 && taken[i - 1] === 0) continue;
    if (to - i >= BASELINE_PREFERRED_WINDOWS) return { from: i, to };
    if (to - i > best.to - best.from) best = { from: i, to };
    to = i - 1;
  }
  return best.to - best.from >= BASELINE_WINDOWS ? best : { from: 0, to: end };
}

/** Episodes that still go on; if there is none, those around the one that ended last. */
function latest(episodes: readonly Episode[], windows: number): Episode[] {
  const ongoing = episodes.filter(({ to }) => windows - to <= STILL_WINDOWS);
  if (ongoing.length > 0) return ongoing;
  const last = episodes.reduce<Episode | null>((a, b) => (a === null || b.to > a.to ? b : a), null);
  return last === null ? [] : episodes.filter(({ from, to }) => from < last.to && to > last.from);
}

function commonOnset(group: readonly Episode[]): number {
  let best = { from: group[0]!.from, score: -1 };
  for (const from of new Set(group.map((episode) => episode.from))) {
    let score = 0;
    for (const { source, to } of group) {
      if (to <= from) continue;
      score += stretchScore(source.track, from, to, new Uint8Array(source.track.bad.length)) ** 2;
    }
    if (score > best.score) best = { from, score };
  }
  return best.from;
}

/**
 * The onset once more, now that a clean baseline says what slow is: the most likely change point between the start of
 * the baseline and the end of the period, over all raised signals together.
 */
function refinedOnset(
  group: readonly Episode[],
  baseline: Stretches['baseline'],
  now: { readonly from: number; readonly to: number },
): number {
  const first = Math.min(now.from, baseline.from + BASELINE_WINDOWS);
  const scores = new Float64Array(now.to);
  const sources = new Map(group.map(({ source }) => [`${source.edge.id} ${source.measure.name}`, source]));
  for (const { edge, measure } of sources.values()) {
    const past = sumCounts(
      edge.windows.slice(baseline.from, baseline.to).filter((counts) => counts !== null),
    );
    const threshold = thresholdOf(measure, past);
    if (threshold === null) continue;
    const { track } = trackOf(edge, measure, threshold);
    const outside = new Uint8Array(track.bad.length).fill(1);
    outside.fill(0, baseline.from, now.to);
    for (let from = Math.max(first, baseline.to - 1); from <= now.to - LEAST_WINDOWS; from++) {
      scores[from]! += stretchScore(track, from, now.to, outside) ** 2;
    }
  }
  const best = scores.indexOf(Math.max(...scores));
  return scores[best]! > 0 ? best : now.from;
}

function quiet(world: World, episodes: readonly Episode[]): Omit<Stretches, 'looked'> {
  const length = Math.max(1, Math.min(QUIET_WINDOWS, Math.floor(world.windows * QUIET_SHARE)));
  const from = Math.max(0, world.windows - length);
  return { now: { from, to: world.windows }, baseline: cleanBefore(from, episodes) };
}
