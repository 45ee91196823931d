import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { createNetwork, type Helper, inside, type Network, SERVER } from './testing/network.ts';
import { observe } from './testing/observe.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'iptables'] as const;

let network: Network;
let client: Helper;
let server: Helper;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  network = createNetwork();
  server = await network.helper('server');
  client = await network.helper('client');
  await server.ask('listen', { port: 8080, behaviour: 'http' });
  await server.ask('sink', { port: 7001 });
});

afterAll(() => network?.close());

const everywhere = () => ({ netns: Object.values(network.names) });

test('packets of a connection that a firewall drops, on the machine and in its flow', async (context) => {
  needs(context, ...NEEDS);
  /* The second and third packet with payload of every connection. */
  inside(
    network.names.server,
    'iptables -A INPUT -p tcp --dport 8080 -m connbytes --connbytes 4:5 --connbytes-dir original --connbytes-mode packets -j DROP',
  );
  const { probe, ended, untilEnded } = await observe(everywhere());
  await client.ask('run', {
    host: SERVER,
    port: 8080,
    count: 5,
    parallel: 5,
    paths: ['/200', '/200', '/200'],
  });
  await untilEnded(10);
  await probe.stop();
  inside(network.names.server, 'iptables -F INPUT');

  const row = probe.drops().find(({ reason }) => reason === 'NETFILTER_DROP')!;
  expect(row).toMatchObject({ netnsName: network.names.server, device: 'eth0' });
  expect(row.count).toBeGreaterThanOrEqual(5);
  const theirs = ended.filter(({ role }) => role === 'server');
  expect(theirs).toHaveLength(5);
  const ofFlows = theirs.flatMap(({ drops }) => drops).filter(([reason]) => reason === 'NETFILTER_DROP');
  expect(ofFlows.reduce((sum, [, count]) => sum + count, 0)).toBe(row.count);
  for (const { retransmits } of ended.filter(({ role }) => role === 'client'))
    expect(retransmits).toBeGreaterThanOrEqual(1);
});

test('closing connections drops nothing, a port without a listener does', async (context) => {
  needs(context, ...NEEDS);
  const { probe, ended, untilEnded } = await observe(everywhere());
  await client.ask('run', { host: SERVER, port: 8080, count: 200 });
  await untilEnded(400);
  expect(ended.flatMap(({ drops }) => drops)).toEqual([]);
  expect(probe.drops()).toEqual([]);
  await client.ask('shout', { host: SERVER, port: 9, count: 20 });
  await probe.stop();
  expect(probe.drops()).toEqual([
    {
      netns: expect.any(Number),
      netnsName: network.names.server,
      device: 'eth0',
      reason: 'NO_SOCKET',
      count: 20,
    },
  ]);
  expect(probe.counters().drops).toMatchObject({ packets: 20, packetsUnplaced: 0, ofSocketsUnplaced: 0 });
});

test('switched off, nothing is told of drops', async (context) => {
  needs(context, ...NEEDS);
  const { probe } = await observe({ ...everywhere(), without: ['dropped packets'] });
  await client.ask('shout', { host: SERVER, port: 9, count: 20 });
  await probe.stop();
  expect(probe.drops()).toEqual([]);
  expect(probe.features.find(({ name }) => name === 'dropped packets')).toMatchObject({ state: 'off' });
});
