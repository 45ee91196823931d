import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../world/index.ts';
import { startUp, type Up } from './faultline.ts';
import { type Answer, isQuiet, judge } from './judge.ts';

/** Quiet seconds before the fault: what the engine has for a baseline. */
const BASELINE_SECONDS = 60;
/** How long a fault lasts before the answer is taken. */
const FAULT_SECONDS = 35;
const ASK_EVERY_SECONDS = 5;
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
  /** From injection to the first answer that was right, seconds; `null` when none was. */
  readonly secondsToFind: number | null;
  readonly answer: Answer;
}

export interface ScenarioOptions {
  readonly baselineSeconds?: number;
  readonly faultSeconds?: number;
  readonly progress?: (line: string) => void;
}

/** Watches the world with a fresh store, switches the fault on after a quiet time, and asks why until it has lasted. */
export async function runScenario(
  world: World,
  scenario: Scenario,
  options: ScenarioOptions = {},
): Promise<Outcome> {
  return watched(world, async (up) => {
    await sleep((options.baselineSeconds ?? BASELINE_SECONDS) * 1000);
    const injected = await world.inject(scenario.fault, scenario.place);
    const name = `${injected.fault} ${injected.place}`;
    try {
      const { truth } = injected;
      if (truth === null) throw new RangeError('a quiet time is no scenario: use runQuiet');
      const end = injected.at + (options.faultSeconds ?? FAULT_SECONDS) * 1000;
      let secondsToFind: number | null = null;
      let answer: Answer;
      for (;;) {
        await sleep(Math.min(ASK_EVERY_SECONDS * 1000, Math.max(0, end - Date.now())));
        const asked = Date.now();
        answer = await ask(up);
        const { origin, domain } = judge(answer, truth);
        const right = origin && domain;
        if (right) secondsToFind ??= Math.round((asked - injected.at) / 1000);
        if (asked < end) continue;
        const outcome = {
          name,
          injected: describe(truth),
          found: answer.findings[0]?.text ?? answer.verdict,
          right,
          secondsToFind,
          answer,
        };
        options.progress?.(`${right ? 'right' : 'WRONG'}  ${name}: ${outcome.found}`);
        return outcome;
      }
    } finally {
      await injected.undo();
    }
  });
}

/** Asks again and again while nothing is wrong; returns the answers that were not "healthy". */
export async function runQuiet(
  world: World,
  minutes: number,
): Promise<{ readonly asked: number; readonly wrong: readonly Answer[] }> {
  return watched(world, async (up) => {
    await sleep(BASELINE_SECONDS * 1000);
    const end = Date.now() + minutes * 60_000;
    const wrong: Answer[] = [];
    let asked = 0;
    while (Date.now() < end) {
      const answer = await ask(up);
      asked++;
      if (!isQuiet(answer)) wrong.push(answer);
      await sleep(ASK_EVERY_SECONDS * 1000);
    }
    return { asked, wrong };
  });
}

async function watched<T>(world: World, work: (up: Up) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'faultline-live-'));
  const up = await startUp({
    netns: [world.netnsPattern],
    server: world.apiUrl,
    store: join(folder, 'store.duckdb'),
  });
  try {
    return await work(up);
  } finally {
    await up.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function ask(up: Up): Promise<Answer> {
  const response = await fetch(`${up.url}/api/v1/why?service=${SERVICE}`);
  if (!response.ok) throw new Error(`why answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
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
