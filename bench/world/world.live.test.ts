import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { leftovers } from './cleanup.ts';
import {
  type Injected,
  type Ledger,
  type LedgerEntry,
  type PodInfo,
  startWorld,
  type World,
} from './index.ts';
import { nodeNetns } from './network.ts';
import { run, runIn } from './shell.ts';
import { differences } from './testing/consistency.ts';

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

/** What the ledger gained since an earlier reading. */
function since(before: Ledger, after: Ledger): LedgerEntry[] {
  const key = ({ client, service, server }: LedgerEntry): string => `${client} ${service} ${server}`;
  const old = new Map(before.entries.map((entry) => [key(entry), entry]));
  return after.entries.map((entry) => {
    const then = old.get(key(entry));
    return {
      ...entry,
      connections: entry.connections - (then?.connections ?? 0),
      requests: entry.requests - (then?.requests ?? 0),
      failedRequests: entry.failedRequests - (then?.failedRequests ?? 0),
      refused: entry.refused - (then?.refused ?? 0),
      timedOut: entry.timedOut - (then?.timedOut ?? 0),
    };
  });
}

const total = (
  entries: readonly LedgerEntry[],
  field: 'connections' | 'requests' | 'failedRequests' | 'refused' | 'timedOut',
): number => entries.reduce((sum, entry) => sum + entry[field], 0);

/**
 * Drives journeys with a fault on, and gives what the ledger gained meanwhile. Short connections: every request is
 * forwarded anew, so that each pod gets its share even of a few.
 */
async function under(
  fault: string,
  place: string | undefined,
  journeys: number,
  look: (injected: Injected, pods: readonly PodInfo[]) => Promise<void> | void = () => {},
): Promise<{ truth: Injected['truth']; entries: LedgerEntry[]; pods: readonly PodInfo[] }> {
  const before = await world.ledger();
  const injected = await world.inject(fault, place);
  const pods = world.pods();
  try {
    await world.drive(RATE, journeys, { requestsPerConnection: 1 });
    await look(injected, pods);
  } finally {
    await injected.undo();
  }
  await world.quiesce();
  const ledger = await world.ledger();
  expect(kernelDifferences(ledger)).toEqual([]);
  return { truth: injected.truth, entries: since(before, ledger), pods };
}

/** Under a fault a server may have answered what its client no longer waited for; the kernel still agrees. */
const kernelDifferences = (ledger: Ledger): string[] =>
  differences(world, ledger).filter((line) => line.includes('the kernel says'));

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

describe('faults do what their truth says', () => {
  test('bad-version: only the pods of that version fail', async () => {
    const { truth, entries, pods } = await under('bad-version', 'payment:v2.0', 100);
    const failing = entries.filter(
      ({ service, failedRequests }) => service === 'payment' && failedRequests > 0,
    );
    const versions = failing.map(({ server }) => pods.find(({ name }) => name === server)?.version);
    expect(truth?.domain).toEqual([{ side: 'server', tag: 'version', value: 'v2.0' }]);
    expect(new Set(versions)).toEqual(new Set(['v2.0']));
    expect(
      total(
        entries.filter(({ service }) => service === 'currency'),
        'failedRequests',
      ),
    ).toBe(0);
  });

  test('bad-instance: only that pod fails', async () => {
    const { truth, entries } = await under('bad-instance', undefined, 100);
    const failing = entries.filter(
      ({ service, failedRequests }) => service === 'payment' && failedRequests > 0,
    );
    expect([...new Set(failing.map(({ server }) => server))]).toEqual([truth?.domain[0]?.value]);
  });

  test('refuses: connects are refused, and no request fails there', async () => {
    const { entries } = await under('refuses', 'payment', 20);
    const payment = entries.filter(({ service }) => service === 'payment');
    expect(total(payment, 'refused')).toBe(20);
    expect(total(payment, 'requests')).toBe(0);
  });

  test('drops: connects time out', async () => {
    const { entries } = await under('drops', 'payment', 10);
    expect(
      total(
        entries.filter(({ service }) => service === 'payment'),
        'timedOut',
      ),
    ).toBe(10);
  });

  test('zone-loss: the nodes of the zone drop packets, and the rule goes', async () => {
    const rules = (node: string): Promise<string> =>
      runIn(nodeNetns(world.id, node), 'iptables', ['-vxnL', 'FORWARD']);
    const dropped = async (node: string): Promise<number> =>
      Number(/^ *(\d+) .*statistic mode random/m.exec(await rules(node))?.[1] ?? -1);
    await under('zone-loss', 'eu-1b', 30, async () => {
      expect(await dropped('n2')).toBeGreaterThan(0);
      expect(await dropped('n3')).toBeGreaterThan(0);
      expect(await dropped('n1')).toBe(-1);
    });
    expect(await dropped('n2')).toBe(-1);
  });

  test('node-delay: packets of that direction go through the delay line, and nothing does afterwards', async () => {
    const queues = (node: string): Promise<string> =>
      runIn(nodeNetns(world.id, node), 'cat', ['/proc/net/netfilter/nfnetlink_queue']);
    await under('node-delay', 'n2-n3', 20, async () => {
      // Last column but one: number of packets that were ever queued.
      const [line = ''] = (await queues('n2')).trim().split('\n');
      expect(Number(line.trim().split(/\s+/)[7])).toBeGreaterThan(0);
      expect((await queues('n3')).trim()).toBe('');
    });
    expect((await queues('n2')).trim()).toBe('');
  });

  test('slow-node: its processes are stopped most of the time, others never, and all run afterwards', async () => {
    const states = (): Map<string, string> =>
      new Map(world.pods().map(({ name, pid }) => [name, stateOf(pid)]));
    const seen = new Set<string>();
    await under('slow-node', 'n2', 20, async () => {
      for (let look = 0; look < 50; look += 1) {
        for (const [name, state] of states()) if (state === 'T') seen.add(name);
        await new Promise((resolve) => setTimeout(resolve, 7));
      }
    });
    const onNode = world.pods().filter(({ node }) => node === 'n2');
    expect([...seen].sort()).toEqual(onNode.map(({ name }) => name).sort());
    expect([...states().values()]).not.toContain('T');
  });

  test('zone-rollout: the new version runs in that zone only, serves there, and is gone afterwards', async () => {
    const versions = (pods: readonly PodInfo[]): string[] =>
      pods
        .filter(({ workload }) => workload === 'shipping')
        .map(({ version, zone }) => `${version} ${zone}`)
        .sort();
    const before = versions(world.pods());
    const { truth, entries, pods } = await under('zone-rollout', 'shipping', 40);
    expect(versions(pods)).toEqual(['v1.2 eu-1a', 'v9.0 eu-1b', 'v9.0 eu-1b']);
    expect(truth?.aliases).toContainEqual([{ side: 'server', tag: 'zone', value: 'eu-1b' }]);
    const fresh = pods.filter(({ version }) => version === 'v9.0').map(({ name }) => name);
    for (const name of fresh)
      expect(
        total(
          entries.filter(({ server }) => server === name),
          'requests',
        ),
      ).toBeGreaterThan(0);
    expect(versions(world.pods())).toEqual(before);
    // Pods that left are still in the books.
    const ledger = await world.ledger();
    expect(ledger.servers.map(({ server }) => server)).toEqual(expect.arrayContaining(fresh));
  });

  test('a fault or place there is not', async () => {
    await expect(world.inject('gremlins')).rejects.toMatchObject({ code: 'FL-621' });
    await expect(world.inject('zone-loss', 'eu-9z')).rejects.toMatchObject({ code: 'FL-621' });
  });
});

test('after stop nothing is left, and the root namespace is as it was', async () => {
  const pids = world.pods().map(({ pid }) => pid);
  const { truth } = await world.inject('node-delay');
  expect(truth).not.toBeNull();
  await world.stop();
  expect(leftovers(world.id)).toEqual([]);
  expect(pids.map(stateOf).filter((state) => state !== '')).toEqual([]);
  expect(await rootState()).toBe(rootBefore);
});

/** State letter of a process, `''` when there is none. */
function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '';
  } catch {
    return '';
  }
}
