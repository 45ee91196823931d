import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../world/index.ts';
import { startUp, type Up } from './faultline.ts';
import type { Answer } from './judge.ts';

/** Quiet seconds before the first question: what the engine has for a baseline. */
export const BASELINE_SECONDS = 60;
export const ASK_EVERY_SECONDS = 5;
/** Every journey begins there, so every fault that matters can be seen from there. */
const SERVICE = 'frontend';

/** Runs `faultline up` on a fresh store meanwhile; `after` may look at the closed store before it goes. */
export async function watched<T>(
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
export async function ask(up: Up): Promise<Answer> {
  const response = await fetch(`${up.url}/api/v1/why?service=${SERVICE}`);
  if (response.ok) return (await response.json()) as Answer;
  const problem = `why answered ${response.status}: ${await response.text()}`;
  return { verdict: 'not enough data', findings: [], problem };
}
