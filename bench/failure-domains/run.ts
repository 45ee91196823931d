import { why } from '../../analysis/index.ts';
import { type Judged, judge } from './judge.ts';
import { KINDS, type Kind } from './parameters.ts';
import { microsOf, readerOf } from './reader.ts';
import { scenarioOf } from './scenario.ts';
import { simulate } from './simulate.ts';
import { ENTRY } from './topology.ts';
import type { World } from './world.ts';

/** Cases by turns of their kinds: the same seed and kinds give the same cases, whatever their number. */
export function* worldsOf(kinds: readonly Kind[], cases: number, seed: number): Generator<World> {
  for (let i = 0; i < cases; i++) yield simulate(scenarioOf(kinds[i % kinds.length]!, seed, i));
}

/** One case by its name, as `KIND-SEED-NUMBER`; `null` where it is no such name. */
export function worldNamed(name: string): World | null {
  const [, kind, seed, number] = /^([a-z]+)-(\d{1,9})-(\d{1,9})$/.exec(name) ?? [];
  const known = KINDS.find((one) => one === kind);
  return known === undefined ? null : simulate(scenarioOf(known, Number(seed), Number(number)));
}

/** Asks `faultline why gateway` of a world; with `told`, the times are given, else they are found too. */
export async function answer(world: World, told: boolean): Promise<{ judged: Judged; seconds: number }> {
  const reader = readerOf(world);
  const service = { namespace: 'shop', workload: ENTRY };
  const times = told ? { from: microsOf(world.onset), to: microsOf(world.windows) } : {};
  const start = performance.now();
  const { findings } = await why(reader, { service, ...times });
  const seconds = (performance.now() - start) / 1000;
  return { judged: judge(world, findings), seconds };
}
