import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { leftovers } from './cleanup.ts';
import { startWorld, type World } from './index.ts';
import { run, runIn } from './shell.ts';
import { differences } from './testing/consistency.ts';
import { since, total } from './testing/gained.ts';
import { stateOf } from './testing/process-state.ts';

const NEEDS = ['root', 'ip', 'iptables', 'redis-server', 'gcc'] as const;
const RATE = 20;

let world: World;
let rootBefore: string;

/** The part of the root namespace a world must not touch. */
const rootState = async (): Promise<string> =>
  (await Promise.all([run('iptables-save', []), run('ip', ['-brief', 'link'])]))
    .join('')
    .replace(/^#.*$/gm, '')
    .replace(/\[\d+:\d+\]/g, '');

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  rootBefore = await rootState();
  world = await startWorld();
});
afterAll(async () => {
  await world?.stop();
});
beforeEach((context) => needs(context, ...NEEDS));

test('200 journeys: clients, servers and kernel count the same, and every journey succeeds', async () => {
  const journeys = await world.drive(RATE, 200);
  await world.quiesce();
  const ledger = await world.ledger();
  expect(journeys).toMatchObject({ issued: 200, ended: 200, failed: 0, skipped: 0 });
  expect(differences(world, ledger)).toEqual([]);
  expect(ledger.entries.every(({ server }) => server !== null)).toBe(true);
  // Four pages a journey, and every service behind them was reached.
  expect(
    total(
      ledger.entries.filter(({ service }) => service === 'frontend'),
      'requests',
    ),
  ).toBe(800);
  expect(new Set(ledger.entries.map(({ service }) => service)).size).toBe(11);
  expect(total(ledger.entries, 'failedRequests')).toBe(0);
});

test('short connections carry one request each', async () => {
  const before = await world.ledger();
  await world.drive(RATE, 20, { requestsPerConnection: 1 });
  await world.quiesce();
  const ledger = await world.ledger();
  const gained = since(before, ledger);
  expect(total(gained, 'connections')).toBe(total(gained, 'requests'));
  expect(differences(world, ledger)).toEqual([]);
});

test('the objects describe the processes: address, cgroup, image and node', async () => {
  const list = JSON.parse(readFileSync(world.objectsFile, 'utf8')) as { items: readonly PodObject[] };
  const pods = list.items.filter(({ kind }) => kind === 'Pod');
  expect(pods).toHaveLength(world.pods().length);
  for (const { name, pid, ip, netns } of world.pods()) {
    const object = pods.find(({ metadata }) => metadata.name === name)!;
    const cgroup = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    const container = object.status.containerStatuses[0]!.containerID.replace('containerd://', '');
    expect(cgroup).toContain(
      `pod${object.metadata.uid.replaceAll('-', '_')}.slice/cri-containerd-${container}.scope`,
    );
    expect(object.status.podIP).toBe(ip);
    expect(await runIn(netns, 'ip', ['-brief', '-4', 'address', 'show', 'eth0'])).toContain(` ${ip}/24`);
  }
});

interface PodObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: {
    readonly podIP: string;
    readonly containerStatuses: readonly { readonly containerID: string }[];
  };
}

test('after stop nothing is left, and the root namespace is as it was', async () => {
  const pids = world.pods().map(({ pid }) => pid);
  const { truth } = await world.inject('node-delay');
  expect(truth).not.toBeNull();
  await world.stop();
  expect(leftovers(world.id)).toEqual([]);
  expect(pids.map(stateOf).filter((state) => state !== '')).toEqual([]);
  expect(await rootState()).toBe(rootBefore);
});
