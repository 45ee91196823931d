import { BASELINE_PREFERRED_WINDOWS, BASELINE_WINDOWS } from '../thresholds.ts';
import type { World } from '../world.ts';
import { type Episode, episodesOf } from './episodes.ts';
import { refinedOnset } from './refine.ts';
import { stretchScore } from './scan.ts';

/** Windows [from, to) of the world. */
export interface Stretches {
  readonly now: { readonly from: number; readonly to: number };
  readonly baseline: { readonly from: number; readonly to: number };
  /** How many onsets could have been chosen: the price of the choice, paid by every test that follows. */
  readonly looked: number;
  /** Whether some edge shows an onset; without one the newest part is taken. */
  readonly onset: boolean;
}

/** The newest window is usually not over: an episode that ends this close to the end is still going on. */
const STILL_WINDOWS = 2;
/** A single raised window is noise of the edge, and belongs into the baseline; an incident lasts for two. */
export const LEAST_WINDOWS = 2;
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
  return group.length === 0
    ? { ...quiet(world, episodes), looked, onset: false }
    : { ...stretchesAround(world, episodes, group), looked, onset: true };
}

/** The stretch in which some episodes are raised together, and the clean one before it. */
export function stretchesAround(
  world: World,
  episodes: readonly Episode[],
  group: readonly Episode[],
): Pick<Stretches, 'now' | 'baseline'> {
  const now = { from: commonOnset(group), to: Math.max(...group.map(({ to }) => to)) };
  if (world.windows - now.to <= STILL_WINDOWS) now.to = world.windows;
  const baseline = cleanBefore(now.from, episodes);
  const from = refinedOnset(group, baseline, now, LEAST_WINDOWS);
  return {
    now: { from, to: now.to },
    baseline: guarded({ from: baseline.from, to: Math.min(baseline.to, from) }, from),
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

function quiet(world: World, episodes: readonly Episode[]): Pick<Stretches, 'now' | 'baseline'> {
  const length = Math.max(1, Math.min(QUIET_WINDOWS, Math.floor(world.windows * QUIET_SHARE)));
  const from = Math.max(0, world.windows - length);
  return { now: { from, to: world.windows }, baseline: cleanBefore(from, episodes) };
}
