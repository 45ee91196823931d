import type { ProbeCounters } from '../../probe/index.ts';

type Level = ProbeCounters['level'];

/** As the edge table has them: `CoverageRow.level`. */
const RANKS = { payload: 0, turns: 1, connections: 2 } as const satisfies Record<Level, number>;

/** Tells at each call the least that was done with requests at any time since the call before. */
export function watchLevel(): (counters: Pick<ProbeCounters, 'level' | 'levelSeconds'>) => number {
  let before: Readonly<Record<Level, number>> = { payload: 0, turns: 0, connections: 0 };
  return ({ level, levelSeconds }) => {
    const used = (Object.keys(RANKS) as Level[]).filter(
      (each) => each === level || levelSeconds[each] > before[each],
    );
    before = levelSeconds;
    return Math.max(...used.map((each) => RANKS[each]));
  };
}
