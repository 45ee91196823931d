import type { EdgeReader, NodeKey, Period } from '../../graph/index.ts';
import { FaultlineError } from '../../probe/index.ts';
import type { Choice } from '../evidence.ts';
import { LOOKBACK_MICROS } from '../thresholds.ts';
import { indexOf, readWorld, timeOf, type World, windowEnd, windowStart } from '../world.ts';
import { chooseStretches, cleanBefore } from './choose.ts';
import { episodesOf } from './episodes.ts';

export { LEAST_WINDOWS, stretchesAround } from './choose.ts';
export { type Episode, episodesOf } from './episodes.ts';
export { onsetOf } from './onset.ts';

/** When somebody asks about; microseconds since the epoch. */
export interface When {
  readonly at?: number;
  readonly from?: number;
  readonly to?: number;
  readonly baseline?: Period;
}

/**
 * Reads the world around a question and settles its two periods. Given times are taken as they are (in whole windows);
 * else the onset is looked for in the hour before `at`, or before the end of the data.
 *
 * @returns `null` where the store holds nothing before the time asked about
 * @throws {FaultlineError} FL-402 for a period that ends before it starts
 */
export async function settle(
  reader: EdgeReader,
  when: When,
  service: NodeKey | null,
): Promise<{ readonly world: World; readonly choice: Choice } | null> {
  const range = await reader.range();
  if (range === null) return null;
  const to = windowEnd(Math.min(when.to ?? when.at ?? range.to, windowEnd(range.to)));
  const asked = when.from === undefined ? null : windowStart(when.from);
  check(when);
  const reach = (asked ?? to) - LOOKBACK_MICROS;
  const from = Math.max(
    windowStart(range.from),
    Math.min(windowStart(reach), when.baseline?.from ?? Infinity),
  );
  if (to <= from) return null;
  const world = await readWorld(
    reader,
    { from, to: Math.max(to, windowEnd(when.baseline?.to ?? 0)) },
    service,
  );
  if (asked === null) return { world, choice: chosen(world, when) };
  const start = Math.max(asked, from);
  return {
    world,
    choice: {
      period: { from: start, to },
      baseline: when.baseline ?? baselineBefore(world, start),
      looked: 1,
      onset: true,
    },
  };
}

function chosen(world: World, when: When): Choice {
  const { now, baseline, looked, onset } = chooseStretches(world);
  const usual = when.baseline ?? span(world, baseline);
  return { period: span(world, now), baseline: usual, looked, onset: onset || when.baseline !== undefined };
}

/** The clean stretch before a time, as far as whole edges show what is clean. */
export function baselineBefore(world: World, start: number): Period {
  const relevant = world.edges.filter(({ id }) => world.scope.relevant.has(id));
  const end = Math.max(0, indexOf(world, start));
  const ended = episodesOf(relevant).filter(({ to }) => to <= end);
  return span(world, cleanBefore(end, ended));
}

function span(world: World, { from, to }: { readonly from: number; readonly to: number }): Period {
  return { from: timeOf(world, from), to: timeOf(world, to) };
}

function check({ from, to, at, baseline }: When): void {
  const end = to ?? at;
  const periods = [
    ...(from !== undefined && end !== undefined ? [{ from, to: end }] : []),
    ...(baseline ? [baseline] : []),
  ];
  for (const period of periods) {
    if (period.from < period.to) continue;
    throw new FaultlineError(
      'FL-402',
      `The period ends (${iso(period.to)}) before it starts (${iso(period.from)}).`,
      'Give --from a time before --to.',
    );
  }
}

function iso(micros: number): string {
  const date = new Date(micros / 1000);
  return Number.isNaN(date.getTime()) ? String(micros) : date.toISOString();
}
