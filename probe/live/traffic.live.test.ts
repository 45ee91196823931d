import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import type { Flow } from '../flow.ts';
import { merge, total } from '../histogram.ts';
import { WINDOW_MICROS } from './slices.ts';
import {
  CLIENT,
  CLIENT_6,
  createNetwork,
  type Helper,
  type Network,
  ROUTER,
  SERVER,
  SERVER_6,
  SERVICE,
} from './testing/network.ts';
import { observe } from './testing/observe.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'iptables'] as const;

/** What a client wrote down of one connection. */
interface Book {
  readonly localPort: number;
  readonly answered: number;
  readonly failed: number;
  readonly error: string | null;
  readonly sent: number;
  readonly received: number;
}

let network: Network;
let client: Helper;
let server: Helper;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  network = createNetwork();
  server = await network.helper('server');
  client = await network.helper('client');
  await server.ask('listen', { port: 8080, behaviour: 'http' });
});

afterAll(() => network?.close());

/** A connection the client keeps. */
interface Held {
  readonly id: number;
  readonly localPort: number;
}

/** Connections with a request under way at any time. */
async function openBusy(count: number): Promise<readonly Held[]> {
  const held: Held[] = [];
  for (let i = 0; i < count; i++) {
    const each = await client.ask<Held>('open', { host: SERVICE, port: 80 });
    await client.ask('keepAsking', { id: each.id, path: '/200' });
    held.push(each);
  }
  return held;
}

async function end({ id }: Held): Promise<void> {
  await client.ask('stopAsking', { id });
  await client.ask('close', { id });
}

const keyOf = (flow: Flow) => `${flow.isn?.client} ${flow.isn?.server}`;

test('2,000 connections through a translating node are seen exactly, on both ends', async (context) => {
  needs(context, ...NEEDS);
  const { client: c, router, server: s } = network.names;
  const { probe, flows, ended, untilEnded } = await observe({ netns: [c, router, s] });
  const short = await client.ask<Book[]>('run', { host: SERVICE, port: 80, count: 1000 });
  const long = await client.ask<Book[]>('run', {
    host: SERVICE,
    port: 80,
    count: 1000,
    paths: ['/200', '/404', '/503', '/200', '/500'],
  });
  const books = [...short, ...long];
  await untilEnded(4000);
  await probe.stop();

  expect(probe.counters()).toMatchObject({ sockets: 4000, lost: 0, mapFull: 0, latenciesLost: 0 });
  expect(ended).toHaveLength(4000);
  const clients = new Map(
    ended.filter(({ role }) => role === 'client').map((flow) => [flow.local.port, flow]),
  );
  const servers = new Map(ended.filter(({ role }) => role === 'server').map((flow) => [keyOf(flow), flow]));
  expect([clients.size, servers.size]).toEqual([2000, 2000]);

  for (const book of books) {
    const mine = clients.get(book.localPort)!;
    const theirs = servers.get(keyOf(mine))!;
    const requests = {
      requests: book.answered,
      failedRequests: book.failed,
      opened: 1,
      closed: 1,
      failure: null,
    };
    expect(mine).toMatchObject({
      ...requests,
      protocol: 'http',
      bytesSent: book.sent,
      bytesReceived: book.received,
      local: { ip: CLIENT, port: book.localPort },
      remote: { ip: SERVICE, port: 80 },
      asked: { ip: SERVICE, port: 80 },
      peer: { ip: SERVER, port: 8080 },
      nat: 'conntrack',
      owner: { pid: client.pid, cgroup: client.cgroup },
      netnsName: c,
      preexisting: false,
    });
    expect(theirs).toMatchObject({
      ...requests,
      protocol: 'http',
      bytesSent: book.received,
      bytesReceived: book.sent,
      local: { ip: SERVER, port: 8080 },
      remote: { ip: ROUTER },
      asked: null,
      peer: { ip: CLIENT, port: book.localPort },
      nat: 'conntrack',
      owner: { pid: server.pid, cgroup: server.cgroup },
      netnsName: s,
    });
    expect(total(mine.latency)).toBe(book.answered);
    for (const histogram of [theirs.latency, theirs.wait, theirs.service])
      expect(total(histogram)).toBe(book.answered);
    if (book.failed === 2) {
      expect(mine.statuses).toEqual([
        [500, 1],
        [503, 1],
      ]);
      expect(theirs.statuses).toEqual([
        [500, 1],
        [503, 1],
      ]);
    }
    expect(mine.connectMicros).toBeGreaterThan(0);
  }

  for (const flow of flows) {
    expect(flow.from).toBeLessThanOrEqual(flow.to);
    expect(Math.floor(flow.from / WINDOW_MICROS)).toBe(
      Math.floor(Math.max(flow.from, flow.to - 1) / WINDOW_MICROS),
    );
  }
  for (const whole of ended) {
    const slices = flows.filter(({ cookie }) => cookie === whole.cookie);
    const sum = (
      field:
        | 'requests'
        | 'failedRequests'
        | 'bytesSent'
        | 'bytesReceived'
        | 'opened'
        | 'closed'
        | 'segmentsSent',
    ) => slices.reduce((so, flow) => so + flow[field], 0);
    expect(sum('requests')).toBe(whole.requests);
    expect(sum('failedRequests')).toBe(whole.failedRequests);
    expect(sum('bytesSent')).toBe(whole.bytesSent);
    expect(sum('bytesReceived')).toBe(whole.bytesReceived);
    expect(sum('segmentsSent')).toBe(whole.segmentsSent);
    expect([sum('opened'), sum('closed')]).toEqual([1, 1]);
    expect(merge(...slices.map(({ latency }) => latency))).toEqual(whole.latency);
  }
});

test('without the translating node in sight, both ends are joined by their sequence numbers', async (context) => {
  needs(context, ...NEEDS);
  const { probe, ended, untilEnded } = await observe({ netns: [network.names.client, network.names.server] });
  await client.ask('run', { host: SERVICE, port: 80, count: 50 });
  await untilEnded(100);
  await probe.stop();
  for (const flow of ended) {
    expect(flow.nat).toBe('peer');
    expect(flow.peer.ip).toBe(flow.role === 'client' ? SERVER : CLIENT);
  }
});

test('a connection that is busy while the probe attaches keeps its two roles', async (context) => {
  needs(context, ...NEEDS);
  const { client: c, router, server: s } = network.names;
  for (let attempt = 0; attempt < 3; attempt++) {
    const held = await openBusy(4);
    const { probe, ended, untilEnded } = await observe({ netns: [c, router, s] });
    await Promise.all(held.map(end));
    await untilEnded(2 * held.length);
    await probe.stop();
    for (const flow of ended) {
      expect(flow.role === 'client' ? flow.peer.port : flow.local.port).toBe(8080);
      expect(flow.preexisting).toBe(true);
      expect(flow.requests).toBeGreaterThan(0);
      expect(flow.failedRequests).toBe(0);
    }
  }
});

test('connections older than the probe count from when it came', async (context) => {
  needs(context, ...NEEDS);
  const opened = [];
  for (let i = 0; i < 20; i++) {
    const connection = await client.ask<{ id: number; localPort: number }>('open', {
      host: SERVICE,
      port: 80,
    });
    await client.ask('request', { id: connection.id, path: '/200' });
    opened.push(connection);
  }
  const { probe, ended, untilEnded } = await observe({ netns: [`${network.names.client.slice(0, -6)}*`] });
  for (const { id } of opened) {
    await client.ask('request', { id, path: '/200' });
    await client.ask('request', { id, path: '/500' });
    await client.ask('close', { id });
  }
  await untilEnded(40);
  await probe.stop();
  expect(ended).toHaveLength(40);
  const pairs = new Map(ended.filter(({ role }) => role === 'server').map((flow) => [keyOf(flow), flow]));
  for (const flow of ended) {
    expect(flow).toMatchObject({
      preexisting: true,
      opened: 0,
      closed: 1,
      requests: 2,
      failedRequests: 1,
      asked: null,
    });
    expect(flow.owner?.pid).toBe(flow.role === 'client' ? client.pid : server.pid);
    expect(flow.peer.ip).toBe(flow.role === 'client' ? SERVER : CLIENT);
    if (flow.role === 'client') {
      const other = pairs.get(keyOf(flow))!;
      expect([other.bytesReceived, other.bytesSent]).toEqual([flow.bytesSent, flow.bytesReceived]);
      expect(flow.bytesSent).toBe(2 * 'GET /200 HTTP/1.1\r\n\r\n'.length);
    }
  }
});

test('a probe that is stopped and started again amid traffic loses no open connection', async (context) => {
  needs(context, ...NEEDS);
  const netns = Object.values(network.names);
  const calm: Held[] = [];
  for (let i = 0; i < 20; i++) calm.push(await client.ask('open', { host: SERVICE, port: 80 }));
  const askAll = async () => {
    for (const { id } of calm) await client.ask('request', { id, path: '/200' });
  };
  const busy = await openBusy(4);

  const first = await observe({ netns });
  await askAll();
  await first.probe.stop();
  await askAll();
  const second = await observe({ netns });
  await askAll();
  await Promise.all(busy.map(end));
  for (const { id } of calm) await client.ask('close', { id });
  await second.untilEnded(2 * (calm.length + busy.length));
  await second.probe.stop();

  const ports = [...calm, ...busy].map(({ localPort }) => localPort);
  const whole = new Map(second.ended.map((flow) => [`${flow.role} ${flow.cookie}`, flow]));
  expect(whole.size).toBe(2 * ports.length);
  const clients = second.ended.filter(({ role }) => role === 'client');
  expect(clients.map(({ local }) => local.port).sort()).toEqual([...ports].sort());
  for (const flow of second.ended) {
    expect(flow).toMatchObject({ opened: 0, closed: 1, preexisting: true, failedRequests: 0 });
    const before = first.flows.filter(({ role, cookie }) => role === flow.role && cookie === flow.cookie);
    expect(before.length).toBeGreaterThan(0);
    expect(
      before.every(({ isn }) => isn?.client === flow.isn?.client && isn?.server === flow.isn?.server),
    ).toBe(true);
  }
  for (const { localPort } of calm) {
    const requests = [first.flows, second.flows].map((flows) =>
      flows
        .filter(({ role, local }) => role === 'client' && local.port === localPort)
        .reduce((sum, flow) => sum + flow.requests, 0),
    );
    expect(requests).toEqual([1, 1]);
  }
  expect(second.probe.counters()).toMatchObject({ lost: 0, mapFull: 0 });
});

test('IPv6', async (context) => {
  needs(context, ...NEEDS);
  const { probe, ended, untilEnded } = await observe({ netns: [network.names.client, network.names.server] });
  const books = await client.ask<Book[]>('run', {
    host: SERVER_6,
    port: 8080,
    count: 20,
    paths: ['/200', '/500'],
  });
  await untilEnded(40);
  await probe.stop();
  for (const book of books) {
    const mine = ended.find(({ role, local }) => role === 'client' && local.port === book.localPort)!;
    const theirs = ended.find((flow) => flow.role === 'server' && keyOf(flow) === keyOf(mine))!;
    expect(mine).toMatchObject({
      local: { ip: CLIENT_6 },
      remote: { ip: SERVER_6, port: 8080 },
      asked: { ip: SERVER_6, port: 8080 },
      nat: 'none',
      requests: 2,
      failedRequests: 1,
      bytesSent: book.sent,
    });
    expect(theirs).toMatchObject({
      local: { ip: SERVER_6 },
      peer: mine.local,
      requests: 2,
      bytesReceived: book.sent,
    });
  }
});

test('with a ring that is always full nothing is lost: sweeps deliver', async (context) => {
  needs(context, ...NEEDS);
  const { client: c, server: s, router } = network.names;
  const { probe, ended, flows, untilEnded } = await observe({ netns: [c, router, s], ringBytes: 4096 });
  const books = await client.ask<Book[]>('run', {
    host: SERVICE,
    port: 80,
    count: 500,
    paths: ['/200', '/500'],
  });
  await untilEnded(1000);
  await probe.stop();
  const counters = probe.counters();
  expect(counters.ringFull).toBeGreaterThan(0);
  expect(counters).toMatchObject({ sockets: 1000, lost: 0 });
  expect(new Set(ended.map(({ cookie }) => cookie)).size).toBe(1000);
  expect(ended).toHaveLength(1000);
  for (const field of ['requests', 'failedRequests'] as const) {
    expect(flows.reduce((sum, flow) => sum + flow[field], 0)).toBe(
      books.length * (field === 'requests' ? 4 : 2),
    );
  }
});

test('with a map that is too small made = seen + lost', async (context) => {
  needs(context, ...NEEDS);
  const { client: c, server: s } = network.names;
  const { probe, ended, flows } = await observe({ netns: [c, s], maxSockets: 64 });
  const held = [];
  for (let i = 0; i < 100; i++)
    held.push(await client.ask<{ id: number }>('open', { host: SERVICE, port: 80 }));
  for (const { id } of held) await client.ask('request', { id, path: '/200' });
  for (const { id } of held) await client.ask('close', { id });
  await client.ask('run', { host: SERVICE, port: 80, count: 20, parallel: 1 });
  await probe.stop();
  const counters = probe.counters();
  expect(counters.lost).toBeGreaterThan(0);
  expect(counters.sockets).toBe(240);
  expect(counters.sockets).toBe(ended.length + counters.lost);
  expect(flows.reduce((sum, flow) => sum + flow.closed, 0)).toBe(ended.length);
});

test('where the beginning of a send cannot be seen, its end does', async (context) => {
  needs(context, ...NEEDS);
  const { client: c, server: s } = network.names;
  const { probe, ended, untilEnded } = await observe({ netns: [c, s], without: ['request start'] });
  expect(probe.features.find(({ name }) => name === 'request start')?.state).toBe('fallback');
  await client.ask('run', { host: SERVICE, port: 80, count: 100, paths: ['/200', '/503', '/200'] });
  await untilEnded(200);
  await probe.stop();
  for (const flow of ended) {
    expect(flow).toMatchObject({ protocol: 'http', requests: 3, failedRequests: 1, statuses: [[503, 1]] });
    expect(total(flow.latency)).toBe(3);
  }
});

test('with connections alone, nothing is said of requests', async (context) => {
  needs(context, ...NEEDS);
  const { client: c, server: s } = network.names;
  const { probe, ended, untilEnded } = await observe({
    netns: [c, s],
    without: ['request start', 'sent bytes of live connections', 'requests', 'waiting time'],
  });
  const books = await client.ask<Book[]>('run', {
    host: SERVICE,
    port: 80,
    count: 50,
    paths: ['/200', '/503'],
  });
  await untilEnded(100);
  await probe.stop();
  const sum = (pick: (flow: Flow) => number) => ended.reduce((so, flow) => so + pick(flow), 0);
  const sent = books.reduce((so, book) => so + book.sent, 0);
  const received = books.reduce((so, book) => so + book.received, 0);
  expect(sum(({ bytesSent }) => bytesSent)).toBe(sent + received);
  expect(sum(({ opened, closed }) => opened + closed)).toBe(200);
  expect(sum(({ requests, failedRequests }) => requests + failedRequests)).toBe(0);
});
