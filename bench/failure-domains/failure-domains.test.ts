import { expect, test } from 'vitest';
import type { Judged } from './judge.ts';
import { KINDS } from './parameters.ts';
import { answer, worldNamed, worldsOf } from './run.ts';
import { scoreOf } from './score.ts';
import { tableOf } from './table.ts';
import type { World } from './world.ts';

const CASES = 64;
const SEED = 7;

test('failure domains of worlds from a seed', { timeout: 600_000 }, async () => {
  const judged: Judged[] = [];
  const wrong: string[] = [];
  for (const world of worldsOf(KINDS, CASES, SEED)) {
    const { judged: one } = await answer(world, false);
    judged.push(one);
    if (!one.wholly) wrong.push(`${one.name}: was ${one.truth.join(', ')}; found ${one.found.join(', ')}`);
  }
  const score = scoreOf(judged, []);
  const told = wrong.join('\n');
  expect(score.classes.identifiable).toBeGreaterThan(CASES / 8);
  expect(score.identifiable.f1, told).toBeGreaterThanOrEqual(0.9);
  expect(score.confounded, told).toBeGreaterThanOrEqual(0.85);
  expect(score.outside, told).toBeGreaterThanOrEqual(0.95);
  expect(score.falseFindings, told).toBe(0);
});

test('the same name is the same world, and its table holds every call', () => {
  const [one, other] = ['pair-3-2', 'pair-3-2'].map((name) => worldNamed(name)!) as [World, World];
  expect(one.calls.length).toBe(other.calls.length);
  const everything = (world: World) => tableOf(world).sum([...world.leaves.keys()], 0, world.windows)!;
  expect(everything(one)).toEqual(everything(other));
  const { requests, refused } = everything(one);
  expect(requests + refused).toBe(one.calls.length);
  expect(worldNamed('nothing-1-1')).toBeNull();
  expect(worldNamed('pair')).toBeNull();
});
