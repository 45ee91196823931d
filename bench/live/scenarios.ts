import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../world/index.ts';
import type { Up } from './faultline.ts';
import { type Answer, type Judgement, judge } from './judge.ts';
import { keepStore } from './keep.ts';
import { type Busy, measureBusy } from './pressure.ts';
import { ASK_EVERY_SECONDS, ask, BASELINE_SECONDS, watched } from './watched.ts';

/** How long a fault lasts before the answer is taken. */
const FAULT_SECONDS = 35;
/** A right finding that comes later than this after the onset is late. */
const IN_TIME_SECONDS = 30;
export interface Scenario {
  readonly fault: string;
  readonly place?: string;
}

export interface Outcome {
  readonly name: string;
  readonly injected: string;
  readonly found: string;
  /** Origin and domain of the first finding, in the answer taken at the end. */
  readonly right: boolean;
  /** Whether the first finding also says rightly how it shows. */
  readonly mechanism: boolean;
  /** From injection to the first answer that was right, seconds; `null` when none was. */
  readonly secondsToFind: number | null;
  /** How busy the machine was while the fault was on. */
  readonly busy: Busy;
  readonly answer: Answer;
  /** Every answer on the way, for looking into it. */
  readonly asked: readonly Asked[];
}

/** One answer in a scenario. */
interface Asked extends Judgement {
  /** Since the injection. */
  readonly seconds: number;
  /** How long the answer took. */
  readonly tookSeconds: number;
  readonly found: string;
}

export interface ScenarioOptions {
  readonly baselineSeconds?: number;
  readonly faultSeconds?: number;
  readonly progress?: (line: string) => void;
  /** A folder that gets the store of every scenario that was wrong, late or misnamed. */
  readonly keep?: string;
}

/** Watches the world with a fresh store, switches the fault on after a quiet time, and asks why until it has lasted. */
export async function runScenario(
  world: World,
  scenario: Scenario,
  options: ScenarioOptions = {},
): Promise<Outcome> {
  let outcome: (Outcome & { readonly at: number }) | undefined;
  await watched(
    world,
    async (up) => {
      await sleep((options.baselineSeconds ?? BASELINE_SECONDS) * 1000);
      outcome = await askedUntilLasted(world, up, scenario, options.faultSeconds ?? FAULT_SECONDS);
    },
    async (store) => {
      if (options.keep === undefined || outcome === undefined || wentWell(outcome)) return;
      await keepStore(options.keep, outcome.name, store, outcome);
    },
  );
  const { name, right, mechanism, found, secondsToFind, busy } = outcome!;
  const word = !right ? 'WRONG' : mechanism ? 'right' : 'misnamed';
  options.progress?.(`${word}  ${name} (${secondsToFind ?? '-'} s, load ${busy.load.toFixed(1)}): ${found}`);
  return outcome!;
}

async function askedUntilLasted(world: World, up: Up, scenario: Scenario, faultSeconds: number) {
  const busy = measureBusy();
  const injected = await world.inject(scenario.fault, scenario.place);
  const { fault, place, at, truth } = injected;
  try {
    if (truth === null) throw new RangeError('a quiet time is no scenario: use runQuiet');
    const end = at + faultSeconds * 1000;
    const asked: Asked[] = [];
    for (;;) {
      await sleep(Math.min(ASK_EVERY_SECONDS * 1000, Math.max(0, end - Date.now())));
      const now = Date.now();
      const answer = await ask(up);
      const judgement = judge(answer, truth);
      const found = answer.findings[0]?.text ?? answer.problem ?? answer.verdict;
      const tookSeconds = (Date.now() - now) / 1000;
      asked.push({ ...judgement, seconds: Math.round((now - at) / 1000), tookSeconds, found });
      if (now < end) continue;
      return {
        name: `${fault} ${place}`,
        injected: describe(truth),
        found,
        right: isRight(judgement),
        mechanism: judgement.mechanism,
        secondsToFind: asked.find(isRight)?.seconds ?? null,
        at,
        busy: busy(),
        answer,
        asked,
      };
    }
  } finally {
    await injected.undo();
  }
}

const isRight = ({ origin, domain }: Judgement): boolean => origin && domain;

const wentWell = ({ right, mechanism, secondsToFind }: Outcome): boolean =>
  right && mechanism && secondsToFind !== null && secondsToFind <= IN_TIME_SECONDS;

function describe({
  origin,
  domain,
}: {
  origin: object;
  domain: readonly { side: string; tag: string; value: string }[];
}): string {
  const tags = domain.map(({ side, tag, value }) => `${side} ${tag} = ${value}`).join(' and ');
  return `${JSON.stringify(origin)} ${tags === '' ? 'no tag' : tags}`;
}
