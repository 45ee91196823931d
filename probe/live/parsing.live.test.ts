import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import type { Flow } from '../flow.ts';
import { quantile, total } from '../histogram.ts';
import { createNetwork, type Helper, type Network, SERVER } from './testing/network.ts';
import { observe } from './testing/observe.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'iptables'] as const;
const PORT = 9100;
const WEB = 9101;

let network: Network;
let client: Helper;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  network = createNetwork();
  const server = await network.helper('server');
  client = await network.helper('client');
  await server.ask('listen', { port: PORT, behaviour: 'http' });
  await server.ask('web', { port: WEB });
});

afterAll(() => network?.close());

const watched = () => ({ netns: [network.names.client, network.names.server] });
const PATHS = ['/200', '/404', '/503', '/200'];

test('requests are told from their payload, every one at both ends, and the ledger of chunks is closed', async (context) => {
  needs(context, ...NEEDS);
  const { probe, ended, untilEnded } = await observe(watched());
  const before = ended.length;
  await client.ask('run', { host: SERVER, port: PORT, count: 50, paths: PATHS });
  await untilEnded(before + 100);
  await probe.stop();
  for (const flow of ended) {
    expect(flow).toMatchObject({
      protocol: 'http',
      basis: 'parsed',
      requests: 4,
      failedRequests: 1,
      statuses: [[503, 1]],
    });
    expect(total(flow.latency)).toBe(4);
  }
  const { chunks, conversations, level, network: matches } = probe.counters();
  expect(level).toBe('payload');
  expect(chunks.made).toBe(chunks.seen + chunks.lost);
  expect(chunks).toMatchObject({ lost: 0 });
  expect(conversations).toEqual({ parsed: 100, doubtful: 0, unrecognised: 0, folded: 0 });
  expect(matches.matched).toBeGreaterThan(0);
});

/** Sum over flows of one connection. */
const sum = (flows: readonly Flow[], of: (flow: Flow) => number) =>
  flows.reduce((so, flow) => so + of(flow), 0);

/** Connections that are calm at first and busy then; how many requests each made, by its local port. */
async function busy(
  connections: number,
  calmMillis: number,
  millis: number,
): Promise<ReadonlyMap<number, number>> {
  const open = await Promise.all(
    Array.from({ length: connections }, () =>
      client.ask<{ id: number; localPort: number }>('open', { host: SERVER, port: PORT }),
    ),
  );
  const made = new Map(open.map(({ localPort }) => [localPort, 0]));
  const began = performance.now();
  for (let round = 0; performance.now() < began + calmMillis + millis; round++) {
    if (performance.now() < began + calmMillis) await sleep(40);
    for (const { id, localPort } of open) {
      await client.ask('request', { id, path: PATHS[round % PATHS.length] });
      made.set(localPort, made.get(localPort)! + 1);
    }
  }
  for (const { id } of open) await client.ask('close', { id });
  return made;
}

const RINGS: readonly [string, { readonly payloadBytes?: number }, boolean][] = [
  ['with room for payload', {}, false],
  ['with a ring that has no room for most of it', { payloadBytes: 4096 }, true],
];

test.for(RINGS)(
  'long connections %s: slices add up to what the client did',
  async ([, options, lossy], context) => {
    needs(context, ...NEEDS);
    const { probe, ended, flows, untilEnded } = await observe({ ...watched(), ...options });
    const made = await busy(6, 2000, 2000);
    await untilEnded(12);
    await probe.stop();
    for (const whole of ended) {
      const port = whole.role === 'client' ? whole.local.port : whole.remote.port;
      const slices = flows.filter(({ cookie }) => cookie === whole.cookie);
      expect(slices.length).toBeGreaterThan(2);
      expect(whole.requests).toBe(made.get(port));
      expect(sum(slices, (flow) => flow.requests)).toBe(whole.requests);
      expect(sum(slices, (flow) => total(flow.latency))).toBe(whole.requests);
      expect(sum(slices, (flow) => flow.failedRequests)).toBe(whole.failedRequests);
      expect(whole.failedRequests).toBe(Math.floor((made.get(port)! + 1) / 4));
    }
    const { chunks, conversations } = probe.counters();
    expect(chunks.made).toBe(chunks.seen + chunks.lost);
    expect(chunks.lost > 0).toBe(lossy);
    expect(conversations.doubtful > 0).toBe(lossy);
    expect(flows.some(({ basis, requests }) => basis === 'turns' && requests > 0)).toBe(lossy);
    expect(flows.some(({ basis, requests }) => basis === 'parsed' && requests > 0)).toBe(true);
  },
);

test('the network is what remains of a request when the server waited', async (context) => {
  needs(context, ...NEEDS);
  const { probe, ended, untilEnded } = await observe(watched());
  const requests = Array.from({ length: 150 }, (_, i) => ({ path: `/${i}`, headers: { 'x-wait': '10' } }));
  await client.ask('visit', { host: SERVER, port: WEB, requests });
  await untilEnded(2);
  await probe.stop();
  const of = (role: Flow['role']) => ended.find((flow) => flow.role === role)!;
  const { network: network_, latency } = of('client');
  const { matched, negative, lonely } = probe.counters().network;
  expect(total(latency)).toBe(150);
  expect(total(network_)).toBe(matched);
  expect(matched).toBeGreaterThan(5);
  expect([negative, lonely]).toEqual([0, 0]);
  /* Most of what the client saw was the server's service, and that is not in the network. */
  const seen = quantile(latency, 0.5)!;
  expect(quantile(of('server').service, 0.5)).toBeGreaterThan(seen / 2);
  expect(quantile(network_, 0.5)).toBeLessThan(seen / 2);
  expect(total(of('server').network)).toBe(0);
});

test('beyond its budget the probe looks at less, says so, and loses no request', async (context) => {
  needs(context, ...NEEDS);
  const { probe, ended, flows, untilEnded } = await observe({
    ...watched(),
    budget: { chunksPerSecond: 50 },
  });
  /* Within the budget, and told before it is exceeded. */
  await client.ask('run', { host: SERVER, port: PORT, count: 2, paths: PATHS });
  await untilEnded(4);
  const made = await busy(4, 0, 4500);
  const level = probe.counters().level;
  const feature = probe.features.find(({ name }) => name === 'payload parsing')!;
  await untilEnded(12);
  await probe.stop();
  expect(level).toBe('turns');
  expect(feature).toMatchObject({ state: 'fallback' });
  expect(feature.reason).toMatch(/more than 50 sends and receives a second.*told from turns/);
  const { levelSeconds, chunks } = probe.counters();
  expect(levelSeconds.payload).toBeGreaterThan(0);
  expect(levelSeconds.turns).toBeGreaterThan(0);
  expect(chunks.made).toBe(chunks.seen + chunks.lost);
  expect(new Set(flows.filter(({ requests }) => requests > 0).map(({ basis }) => basis))).toEqual(
    new Set(['parsed', 'turns']),
  );
  const portOf = ({ role, local, remote }: Flow) => (role === 'client' ? local.port : remote.port);
  const busyEnds = ended.filter((whole) => made.has(portOf(whole)));
  expect(busyEnds).toHaveLength(8);
  for (const whole of busyEnds) {
    const port = portOf(whole);
    expect(whole.requests).toBe(made.get(port));
    expect(
      sum(
        flows.filter(({ cookie }) => cookie === whole.cookie),
        (flow) => flow.requests,
      ),
    ).toBe(whole.requests);
  }
});

test.for([{ parse: false }, { without: ['payload parsing'] }])(
  'payload may be left alone: %j',
  async (options) => {
    const context = {
      skip: (note?: string): never => {
        throw new Error(note);
      },
    };
    needs(context, ...NEEDS);
    const { probe, ended, untilEnded } = await observe({ ...watched(), ...options });
    await client.ask('run', { host: SERVER, port: PORT, count: 5, paths: PATHS });
    await untilEnded(10);
    await probe.stop();
    for (const flow of ended)
      expect(flow).toMatchObject({ basis: 'turns', requests: 4, failedRequests: 1, operations: [] });
    expect(probe.counters()).toMatchObject({ level: 'turns', chunks: { made: 0, seen: 0, lost: 0, cut: 0 } });
    expect(probe.features.find(({ name }) => name === 'payload parsing')).toMatchObject({ state: 'off' });
  },
);

test('requests may be left unmatched', async (context) => {
  needs(context, ...NEEDS);
  const { probe, ended, untilEnded } = await observe({ ...watched(), without: ['request samples'] });
  await client.ask('run', { host: SERVER, port: PORT, count: 20, paths: PATHS });
  await untilEnded(40);
  await probe.stop();
  for (const flow of ended) expect(flow).toMatchObject({ basis: 'parsed', network: { buckets: [] } });
  expect(probe.counters().network.made).toBe(0);
  expect(probe.features.find(({ name }) => name === 'request samples')).toMatchObject({ state: 'off' });
});
