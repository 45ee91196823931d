import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import {
  type Injected,
  type Ledger,
  type LedgerEntry,
  type PodInfo,
  startWorld,
  type World,
} from './index.ts';
import { nodeNetns } from './network.ts';
import { runIn, sleep } from './shell.ts';
import { differences } from './testing/consistency.ts';
import { since, total } from './testing/gained.ts';
import { stateOf } from './testing/process-state.ts';

// Each fault does what its truth says, is in the books, and is gone when it is undone.

const NEEDS = ['root', 'ip', 'iptables', 'redis-server', 'gcc'] as const;
const RATE = 20;

let world: World;

beforeAll(async () => {
  if (missing(...NEEDS) === null) world = await startWorld();
});
afterAll(async () => {
  await world?.stop();
});
beforeEach((context) => needs(context, ...NEEDS));

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

const workloadOf = (pod: string, pods: readonly PodInfo[]): string | undefined =>
  pods.find(({ name }) => name === pod)?.workload;

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

test('blocked-pair: that client times out there, and the others get through', async () => {
  const { truth, entries } = await under('blocked-pair', 'checkout-currency', 10);
  const byClient = (workload: string): LedgerEntry[] =>
    entries.filter(
      ({ client, service }) => service === 'currency' && workloadOf(client, world.pods()) === workload,
    );
  expect(truth?.origin).toMatchObject({
    client: { workload: 'checkout' },
    server: { workload: 'currency' },
  });
  expect(total(byClient('checkout'), 'timedOut')).toBe(10);
  expect(total(byClient('frontend'), 'timedOut')).toBe(0);
  expect(total(byClient('frontend'), 'requests')).toBeGreaterThan(0);
});

test('bad-caller: only the calls of that version fail, and their server is well', async () => {
  const { entries, pods } = await under('bad-caller', 'recommendation:v1.5>productcatalog', 100);
  const failing = entries.filter(
    ({ service, failedRequests }) => service === 'productcatalog' && failedRequests > 0,
  );
  expect(failing.length).toBeGreaterThan(0);
  for (const { client } of failing) expect(pods.find(({ name }) => name === client)?.version).toBe('v1.5');
});

test('bad-pairing: one version fails for the clients of one zone', async () => {
  const { entries, pods } = await under('bad-pairing', 'productcatalog:v3.2<eu-1a', 60);
  const failing = entries.filter(
    ({ service, failedRequests }) => service === 'productcatalog' && failedRequests > 0,
  );
  expect(failing.length).toBeGreaterThan(0);
  for (const { client, server } of failing) {
    expect(pods.find(({ name }) => name === client)?.zone).toBe('eu-1a');
    expect(pods.find(({ name }) => name === server)?.version).toBe('v3.2');
  }
});

test('resets: connections break off without an answer', async () => {
  const { entries } = await under('resets', 'shipping', 40);
  const shipping = entries.filter(({ service }) => service === 'shipping');
  expect(total(shipping, 'failedRequests')).toBeGreaterThan(0);
  expect(total(shipping, 'refused')).toBe(0);
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
      await sleep(7);
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
