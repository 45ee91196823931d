import { edgeWords } from '../events/words.ts';
import { ENOUGH_EVENTS } from '../thresholds.ts';
import { timeOf, type World } from '../world.ts';
import type { Series } from './series.ts';

/** Of the connections opened, this share at least stayed open on balance: less is the coming and going of the day. */
const STAYING_SHARE = 0.05;

/**
 * Connections open on each edge beyond those at the beginning: opened less closed. Only edges that never had more than now, and
 * gained enough of them to matter, are looked at: where connections are given back nothing gathers.
 */
export function connectionSeries(world: World): Series[] {
  return world.edges.flatMap(({ key, windows }): Series[] => {
    const used: number[] = [];
    let [level, opened] = [0, 0];
    for (const counts of windows) {
      level += (counts?.opened ?? 0) - (counts?.closed ?? 0);
      opened += counts?.opened ?? 0;
      used.push(level);
    }
    const least = Math.max(ENOUGH_EVENTS, STAYING_SHARE * opened);
    if (level < least || used.some((earlier) => earlier > level + ENOUGH_EVENTS)) return [];
    return [
      {
        kind: 'open connections',
        subject: key.client,
        instance: null,
        what: edgeWords(key),
        times: used.map((_, i) => timeOf(world, i)),
        used,
        limit: null,
        ended: 0,
      },
    ];
  });
}
