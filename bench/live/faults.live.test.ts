import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { startWorld, type World } from '../world/index.ts';
import { runQuiet } from './quiet.ts';
import { type Outcome, runScenario } from './scenarios.ts';

const NEEDS = ['root', 'btf', 'addon', 'bpf', 'ip', 'iptables', 'redis-server', 'gcc'] as const;
const RATE = 12;

/** One of each kind: errors, slowness, one instance, refusal, the database, the network path, a rollout in one zone. */
const FAULTS = [
  'bad-version',
  'slow-version',
  'bad-instance',
  'refuses',
  'slow-database',
  'node-delay',
  'zone-rollout',
] as const;
const RIGHT_AT_LEAST = 6;

describe('faults of the live world', () => {
  let world: World;

  beforeAll(async () => {
    if (missing(...NEEDS) !== null) return;
    world = await startWorld();
    await world.load(RATE);
  });
  afterAll(() => world?.stop());

  test('while nothing is wrong, why says healthy and finds nothing', async (context) => {
    needs(context, ...NEEDS);
    const { asked, wrong } = await runQuiet(world, 1);
    expect(asked).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  });

  test('the first finding names the injected origin and domain', async (context) => {
    needs(context, ...NEEDS);
    const outcomes: Outcome[] = [];
    for (const fault of FAULTS) outcomes.push(await runScenario(world, { fault }, { progress: console.log }));
    const wrong = outcomes.filter(({ right }) => !right);
    expect(FAULTS.length - wrong.length, JSON.stringify(wrong, null, 1)).toBeGreaterThanOrEqual(
      RIGHT_AT_LEAST,
    );
  }, 1_800_000);
});
