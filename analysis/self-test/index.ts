import type { EdgeReader, Period } from '../../graph/index.ts';
import { slicesOf } from '../digest/slices.ts';
import { type Random, randomOf } from '../statistics/random.ts';
import { interval } from './binomial.ts';
import { STANDARD_FAULTS, type SyntheticFault } from './faults.ts';
import { remembered } from './remembered.ts';
import { caught, type Stage, stageAt } from './trial.ts';

export { STANDARD_FAULTS, type SyntheticFault } from './faults.ts';

/** How often one kind of fault would have been seen, with the 95 % interval of that share. */
export interface SelfTested {
  /** `a 1 % error rise on one pod` */
  readonly fault: string;
  readonly caught: number;
  readonly trials: number;
  readonly low: number;
  readonly high: number;
}

export interface SelfTestOptions {
  readonly faults?: readonly SyntheticFault[];
  /** Cases of each kind of fault, and the time after which no further one is begun, milliseconds. */
  readonly trials?: number;
  readonly budget?: number;
  readonly seed?: number;
}

const TRIALS = 100;
const BUDGET_MILLIS = 20_000;
/** Stretches of the night that cases are drawn from: each is read once and kept while its cases run. */
const STAGES = 6;

/**
 * Puts synthetic faults into copies of a night's counts and runs the night's own analysis on them: what it would have
 * seen. Cases are drawn at random over stretches of the night and the parts of workloads that answer requests; the
 * store is only read.
 */
export async function selfTest(
  reader: EdgeReader,
  night: Period,
  options: SelfTestOptions = {},
): Promise<SelfTested[]> {
  const { faults = STANDARD_FAULTS, trials = TRIALS, budget = BUDGET_MILLIS, seed = 1 } = options;
  const range = await reader.range();
  if (range === null) return [];
  const slices = slicesOf({ from: Math.max(night.from, range.from), to: Math.min(night.to, range.to) });
  const random = randomOf(seed);
  const until = Date.now() + budget;
  const results = faults.map(() => ({ caught: 0, trials: 0 }));
  const stages = drawn(slices, random);
  for (const [i, slice] of stages.entries()) {
    const stage = stageAt(remembered(reader), slice, range, slices.length);
    const share = Math.ceil(trials / stages.length);
    const end = Date.now() + (until - Date.now()) / (stages.length - i);
    await runStage(stage, faults, results, { share, trials, end, random });
  }
  return faults.map(({ name, part }, i) => ({
    fault: `${name} on one ${part}`,
    ...results[i]!,
    ...interval(results[i]!.caught, results[i]!.trials),
  }));
}

/** Kinds of faults take turns, so that each has its cases when time runs out. */
async function runStage(
  stage: Stage,
  faults: readonly SyntheticFault[],
  results: readonly { caught: number; trials: number }[],
  {
    share,
    trials,
    end,
    random,
  }: { readonly share: number; readonly trials: number; readonly end: number; readonly random: Random },
): Promise<void> {
  for (let round = 0; round < share; round++) {
    for (const [i, fault] of faults.entries()) {
      const result = results[i]!;
      if (Date.now() >= end || result.trials >= trials) continue;
      const seen = await caught(stage, fault, random);
      if (seen === null) continue;
      result.trials++;
      if (seen) result.caught++;
    }
  }
}

/** Slices with a past to compare with, some of them at random where there are many. */
function drawn(slices: readonly Period[], random: Random): Period[] {
  const left = slices.length > 1 ? slices.slice(1) : [...slices];
  const chosen: Period[] = [];
  while (chosen.length < STAGES && left.length > 0) {
    chosen.push(...left.splice(Math.floor(random.next() * left.length), 1));
  }
  return chosen;
}
