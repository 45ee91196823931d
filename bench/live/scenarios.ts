import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../world/index.ts';
import { startUp, type Up } from './faultline.ts';
import { type Answer, isQuiet, type Judgement, judge } from './judge.ts';
import { keepStore } from './keep.ts';

/** Quiet seconds before the fault: what the engine has for a baseline. */
const BASELINE_SECONDS = 60;
/** How long a fault lasts before the answer is taken. */
const FAULT_SECONDS = 35;
const ASK_EVERY_SECONDS = 5;
/** A right finding that comes later than this after the onset is late. */
const IN_TIME_SECONDS = 30;
/** Every journey begins there, so every fault that matters can be seen from there. */
const SERVICE = 'frontend';

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
  const { name, right, mechanism, found, secondsToFind } = outcome!;
  const word = !right ? 'WRONG' : mechanism ? 'right' : 'misnamed';
  options.progress?.(`${word}  ${name} (${secondsToFind ?? '-'} s): ${found}`);
  return outcome!;
}

async function askedUntilLasted(world: World, up: Up, scenario: Scenario, faultSeconds: number) {
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

export interface Quiet {
  readonly asked: number;
  /** Questions the server had no time for. */
  readonly unanswered: number;
  /** Answers other than "healthy". */
  readonly wrong: readonly Answer[];
}

/** Asks again and again while nothing is wrong; returns the answers that were not "healthy". */
export async function runQuiet(
  world: World,
  minutes: number,
  progress: (line: string) => void = () => {},
): Promise<Quiet> {
  return watched(world, async (up) => {
    await sleep(BASELINE_SECONDS * 1000);
    const end = Date.now() + minutes * 60_000;
    const wrong: Answer[] = [];
    let [asked, unanswered] = [0, 0];
    while (Date.now() < end) {
      const answer = await ask(up);
      asked++;
      if (answer.problem !== undefined) unanswered++;
      else if (!isQuiet(answer)) {
        wrong.push(answer);
        progress(`FALSE  ${answer.findings[0]?.text ?? answer.verdict}`);
      }
      await sleep(ASK_EVERY_SECONDS * 1000);
    }
    return { asked, unanswered, wrong };
  });
}

/** Runs `faultline up` on a fresh store meanwhile; `after` may look at the closed store before it goes. */
async function watched<T>(
  world: World,
  work: (up: Up) => Promise<T>,
  after: (store: string) => Promise<void> = async () => {},
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'faultline-live-'));
  const store = join(folder, 'store.duckdb');
  const up = await startUp({ netns: [world.netnsPattern], server: world.apiUrl, store });
  try {
    const result = await work(up).finally(() => up.stop());
    await after(store);
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A question that nobody answers (a machine that is too busy) is no answer, and the bench goes on. */
async function ask(up: Up): Promise<Answer> {
  const response = await fetch(`${up.url}/api/v1/why?service=${SERVICE}`);
  if (response.ok) return (await response.json()) as Answer;
  const problem = `why answered ${response.status}: ${await response.text()}`;
  return { verdict: 'not enough data', findings: [], problem };
}

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
