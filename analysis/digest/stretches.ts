import type { Choice } from '../evidence.ts';
import { type Episode, episodesOf, LEAST_WINDOWS, stretchesAround } from '../period/index.ts';
import { timeOf, type World } from '../world.ts';

/** Stretches of one slice that are looked into; a slice with more trouble than this is told by its strongest. */
const MAX_STRETCHES = 6;
/** Episodes that share this much of their time (Jaccard) are looked into together. */
const TOGETHER = 0.5;

/**
 * Stretches of a world in which something was raised, the strongest first, each with the clean stretch before it. Only
 * what reaches beyond `start` (a window): what ended before belongs to the slice before.
 */
export function stretchesOf(world: World, start: number): Choice[] {
  const episodes = episodesOf(world.edges);
  const risen = episodes
    .filter(({ risen, from, to }) => risen && to - from >= LEAST_WINDOWS && to > start)
    .sort((a, b) => b.score - a.score);
  const groups: Episode[][] = [];
  for (const episode of risen) {
    const group = groups.find(([seed]) => shared(seed!, episode) >= TOGETHER);
    if (group !== undefined) group.push(episode);
    else if (groups.length < MAX_STRETCHES) groups.push([episode]);
  }
  return groups.map((group) => {
    const { now, baseline } = stretchesAround(world, episodes, group);
    return {
      period: span(world, now),
      baseline: span(world, baseline),
      looked: Math.max(2, world.windows),
      onset: true,
    };
  });
}

function shared(a: Episode, b: Episode): number {
  const common = Math.min(a.to, b.to) - Math.max(a.from, b.from);
  return common <= 0 ? 0 : common / (Math.max(a.to, b.to) - Math.min(a.from, b.from));
}

function span(world: World, { from, to }: { readonly from: number; readonly to: number }) {
  return { from: timeOf(world, from), to: timeOf(world, to) };
}
