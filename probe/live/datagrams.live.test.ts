import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import type { Flow } from '../flow.ts';
import { total } from '../histogram.ts';
import {
  CLIENT,
  CLIENT_6,
  createNetwork,
  type Helper,
  inside,
  type Network,
  ROUTER,
  SERVER,
  SERVER_6,
  SERVICE,
} from './testing/network.ts';
import { type Observed, observe } from './testing/observe.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'iptables'] as const;

let network: Network;
let client: Helper;
let server: Helper;
let resolvConf: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  network = createNetwork();
  const { client: c, router } = network.names;
  inside(
    router,
    `iptables -t nat -A PREROUTING -d ${SERVICE} -p udp --dport 53 -j DNAT --to-destination ${SERVER}:53`,
  );
  resolvConf = `/etc/netns/${c}`;
  mkdirSync(resolvConf, { recursive: true });
  writeFileSync(`${resolvConf}/resolv.conf`, `nameserver ${SERVICE}\noptions timeout:1 attempts:1\n`);
  server = await network.helper('server');
  client = await network.helper('client');
  await server.ask('echo', { port: 7000 });
  await server.ask('sink', { port: 7001 });
  await server.ask('nameServer', { port: 53 });
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  if (resolvConf !== undefined) rmSync(resolvConf, { recursive: true, force: true });
  network?.close();
});

const everywhere = () => ({ netns: Object.values(network.names) });
const ends = ({ ended }: Observed, role: Flow['role'], port: number) =>
  ended.filter((flow) => flow.role === role && (role === 'client' ? flow.remote : flow.local).port === port);
const sum = (flows: readonly Flow[], count: (flow: Flow) => number) =>
  flows.reduce((total, flow) => total + count(flow), 0);

interface Book {
  readonly localPort: number;
  readonly sent: number;
  readonly received: number;
}

test.for([
  ['IPv4, connected to nobody', SERVER, CLIENT, false],
  ['IPv4, connected', SERVER, CLIENT, true],
  ['IPv6, connected to nobody', SERVER_6, CLIENT_6, false],
  ['IPv6, connected', SERVER_6, CLIENT_6, true],
] as const)('a conversation over %s is counted on both ends', async ([, host, own, connected], context) => {
  needs(context, ...NEEDS);
  const observed = await observe(everywhere());
  const book = await client.ask<Book>('exchange', { host, port: 7000, count: 100, connected });
  await observed.untilEnded(1);
  await observed.probe.stop();

  expect(ends(observed, 'client', 7000)).toEqual([
    expect.objectContaining({
      transport: 'udp',
      protocol: 'udp',
      basis: 'connection',
      local: { ip: own, port: book.localPort },
      remote: { ip: host, port: 7000 },
      peer: { ip: host, port: 7000 },
      nat: 'none',
      bytesSent: book.sent,
      bytesReceived: book.received,
      segmentsSent: 100,
      segmentsReceived: 100,
      opened: 1,
      closed: 1,
      failure: null,
      requests: 0,
      netnsName: network.names.client,
      owner: expect.objectContaining({ pid: client.pid, cgroup: client.cgroup }),
    }),
  ]);
  const theirs = observed.flows.filter(({ role }) => role === 'server');
  expect(theirs[0]).toMatchObject({
    local: { ip: host, port: 7000 },
    remote: { ip: own, port: book.localPort },
    owner: { pid: server.pid, cgroup: server.cgroup },
    netnsName: network.names.server,
    opened: 1,
  });
  expect(sum(theirs, (flow) => flow.bytesReceived)).toBe(book.sent);
  expect(sum(theirs, (flow) => flow.bytesSent)).toBe(book.received);
  expect(observed.probe.counters()).toMatchObject({ datagrams: { made: 400, seen: 400, lost: 0 } });
});

test('without the hooks that name remote ends, sockets connected to nobody still count', async (context) => {
  needs(context, ...NEEDS);
  const observed = await observe({ ...everywhere(), without: ['remote ends of unconnected UDP sockets'] });
  await client.ask('exchange', { host: SERVER, port: 7000, count: 10, connected: true });
  await observed.untilEnded(1);
  await observed.probe.stop();
  const theirs = observed.flows.filter(({ role }) => role === 'server');
  expect(sum(theirs, (flow) => flow.segmentsReceived)).toBe(10);
  expect(theirs[0]).toMatchObject({ remote: { ip: '::', port: 0 }, local: { port: 7000 } });
});

test('a port nobody listens on', async (context) => {
  needs(context, ...NEEDS);
  const observed = await observe(everywhere());
  expect(await client.ask('refused', { host: SERVER, port: 9 })).toEqual({ code: 'ECONNREFUSED' });
  await observed.untilEnded(1);
  await observed.probe.stop();
  expect(ends(observed, 'client', 9)).toEqual([
    expect.objectContaining({
      failure: 'refused',
      opened: 0,
      closed: 0,
      segmentsSent: 1,
      segmentsReceived: 0,
    }),
  ]);
});

test('what finds no place in the map is counted exactly', async (context) => {
  needs(context, ...NEEDS);
  const observed = await observe({ ...everywhere(), maxConversations: 16 });
  await client.ask('shout', { host: SERVER, port: 7001, count: 300 });
  await observed.untilEnded(1);
  await observed.probe.stop();
  const { made, seen, lost } = observed.probe.counters().datagrams;
  expect(made).toBe(600);
  expect(lost).toBeGreaterThan(0);
  expect(made).toBe(seen + lost);
  expect(sum(observed.flows, (flow) => flow.segmentsSent + flow.segmentsReceived)).toBe(seen);
});

test('questions to a name server behind a service address, with their outcomes, on both ends', async (context) => {
  needs(context, ...NEEDS);
  const observed = await observe(everywhere());
  for (const name of ['shop.example', 'shop.example', 'nx.example', 'servfail.example'])
    await client.ask('resolve', { server: SERVICE, name });
  await observed.untilEnded(4);
  await client.ask('resolve', { server: SERVICE, name: 'silent.example', timeout: 300 });
  await observed.untilEnded(5);
  await observed.probe.stop();

  const mine = ends(observed, 'client', 53);
  const operations = new Map(mine.flatMap((flow) => flow.operations).map((each) => [each.name, each]));
  expect([...operations.keys()].sort()).toEqual([
    'A nx.example',
    'A servfail.example',
    'A shop.example',
    'A silent.example',
  ]);
  expect(operations.get('A nx.example')).toMatchObject({ failed: 0, statuses: [[3, 1]] });
  expect(operations.get('A servfail.example')).toMatchObject({ failed: 1, statuses: [[2, 1]] });
  expect(operations.get('A silent.example')).toMatchObject({ requests: 1, failed: 1, statuses: [[0, 1]] });
  expect(sum(mine, (flow) => flow.requests)).toBe(5);
  expect(sum(mine, (flow) => flow.failedRequests)).toBe(2);
  expect(sum(mine, (flow) => total(flow.latency))).toBe(4);
  for (const flow of mine) {
    expect(flow).toMatchObject({
      transport: 'udp',
      protocol: 'dns',
      basis: 'parsed',
      local: { ip: CLIENT },
      remote: { ip: SERVICE, port: 53 },
      peer: { ip: SERVER, port: 53 },
      nat: 'conntrack',
    });
  }

  const theirs = observed.flows.filter(({ role }) => role === 'server');
  expect(theirs[0]).toMatchObject({
    protocol: 'dns',
    local: { ip: SERVER, port: 53 },
    remote: { ip: ROUTER },
    nat: 'conntrack',
    peer: { ip: CLIENT },
  });
  expect(sum(theirs, (flow) => flow.requests)).toBe(4);
  expect(sum(theirs, (flow) => total(flow.service))).toBe(4);
  expect(observed.probe.counters()).toMatchObject({
    datagrams: { made: 18, seen: 18, lost: 0 },
    nameMessages: { made: 18, seen: 18, lost: 0 },
  });
});

test('messages of the name service that their ring refuses are counted exactly', async (context) => {
  needs(context, ...NEEDS);
  const observed = await observe({ ...everywhere(), ringBytes: 4096 });
  await client.ask('resolveMany', { server: SERVICE, count: 500 });
  await observed.probe.stop();
  const { datagrams, nameMessages } = observed.probe.counters();
  expect(datagrams).toEqual({ made: 2000, seen: 2000, lost: 0 });
  expect(nameMessages.made).toBe(2000);
  expect(nameMessages.lost).toBeGreaterThan(0);
  expect(nameMessages.seen + nameMessages.lost).toBe(2000);
});

test('the C library asks for both address families in one call; the answers of a real name server', async (context) => {
  needs(context, ...NEEDS, 'dnsmasq');
  await server.ask('silence');
  children.push(
    spawn('ip', [
      ...[
        'netns',
        'exec',
        network.names.server,
        'dnsmasq',
        '--keep-in-foreground',
        '--no-resolv',
        '--no-hosts',
      ],
      ...[
        '--conf-file=/dev/null',
        '--pid-file=',
        '--user=root',
        '--local=/shop.example/',
        '--address=/shop.example/10.1.2.3',
      ],
    ]),
  );
  for (let tries = 0; tries < 100; tries++) {
    const { records } = await client.ask<{ records?: unknown }>('lookup', { name: 'shop.example' });
    if (records !== undefined) break;
  }
  const observed = await observe(everywhere());
  for (let i = 0; i < 50; i++) {
    expect(await client.ask('lookup', { name: 'shop.example' })).toEqual({
      records: [{ address: '10.1.2.3', family: 4 }],
    });
  }
  await observed.untilEnded(50);
  await observed.probe.stop();

  const mine = ends(observed, 'client', 53);
  const theirs = observed.flows.filter(({ role }) => role === 'server');
  for (const flows of [mine, theirs]) {
    for (const type of ['A', 'AAAA']) {
      const operations = flows
        .flatMap((flow) => flow.operations)
        .filter(({ name }) => name === `${type} shop.example`);
      expect(operations.reduce((sum, { requests }) => sum + requests, 0)).toBe(50);
    }
    expect(sum(flows, (flow) => flow.requests)).toBe(100);
    expect(sum(flows, (flow) => flow.failedRequests)).toBe(0);
  }
  expect(theirs[0]).toMatchObject({ owner: { process: 'dnsmasq' } });
});
