import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../world/index.ts';
import type { Up } from './faultline.ts';
import { type Answer, isQuiet } from './judge.ts';
import { type Busy, measureBusy } from './pressure.ts';
import { ASK_EVERY_SECONDS, ask, BASELINE_SECONDS, watched } from './watched.ts';

export interface Quiet {
  readonly asked: number;
  /** Questions the server had no time for. */
  readonly unanswered: number;
  /** Answers other than "healthy". */
  readonly wrong: readonly Answer[];
  readonly busy: Busy;
}

type Progress = (line: string) => void;

/** Asks again and again while nothing is wrong. */
export function runQuiet(world: World, minutes: number, progress: Progress = () => {}): Promise<Quiet> {
  return watched(world, async (up) => {
    await sleep(BASELINE_SECONDS * 1000);
    return askedFor(up, minutes, progress);
  });
}

/** The same while a new version, which is well, replaces the old one: things change, and nothing is wrong. */
export function runRollout(world: World, minutes: number, progress: Progress = () => {}): Promise<Quiet> {
  return watched(world, async (up) => {
    await sleep(BASELINE_SECONDS * 1000);
    const [asked, injected] = await Promise.all([askedFor(up, minutes, progress), world.inject('rollout')]);
    await injected.undo();
    return asked;
  });
}

async function askedFor(up: Up, minutes: number, progress: Progress): Promise<Quiet> {
  const end = Date.now() + minutes * 60_000;
  const busy = measureBusy();
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
  return { asked, unanswered, wrong, busy: busy() };
}
