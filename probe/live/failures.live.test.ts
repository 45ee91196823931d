import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import {
  BLACK_HOLE,
  createNetwork,
  type Helper,
  type Network,
  SERVER,
  SERVICE,
  UNREACHABLE,
} from './testing/network.ts';
import { type Observed, observe } from './testing/observe.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'iptables'] as const;
const RESETTING = 8081;
const SILENT = 8082;

let network: Network;
let client: Helper;
let observed: Observed;
let before = 0;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  network = createNetwork();
  const server = await network.helper('server');
  client = await network.helper('client');
  await server.ask('listen', { port: 8080, behaviour: 'http' });
  await server.ask('listen', { port: RESETTING, behaviour: 'reset' });
  await server.ask('listen', { port: SILENT, behaviour: 'silent' });
  observed = await observe({ netns: Object.values(network.names) });
});

afterAll(async () => {
  await observed?.probe.stop();
  network?.close();
});

/** The ends of the connections one command made. */
async function ends(expected: number, parameters: object) {
  before = observed.ended.length;
  const books = await client.ask<{ error: string | null }[]>('run', { count: 5, ...parameters });
  await observed.untilEnded(before + expected);
  const ended = observed.ended.slice(before);
  expect(ended).toHaveLength(expected);
  return {
    errors: books.map(({ error }) => error),
    clients: ended.filter(({ role }) => role === 'client'),
    servers: ended.filter(({ role }) => role === 'server'),
  };
}

const NEVER_OPENED = { opened: 0, closed: 0, requests: 0, resetBy: null, isn: null, connectMicros: null };

test('refused', async (context) => {
  needs(context, ...NEEDS);
  const { clients, errors } = await ends(5, { host: SERVER, port: 9 });
  expect(new Set(errors)).toEqual(new Set(['ECONNREFUSED']));
  for (const flow of clients) {
    expect(flow).toMatchObject({ ...NEVER_OPENED, failure: 'refused', remote: { ip: SERVER, port: 9 } });
    expect(flow.local.port).toBeGreaterThan(0);
    expect(flow.owner?.pid).toBe(client.pid);
  }
  expect(clients).toHaveLength(5);
});

test('nobody answers, and the process gives up', async (context) => {
  needs(context, ...NEEDS);
  const { clients } = await ends(5, { host: BLACK_HOLE, port: 80, giveUpMillis: 300 });
  expect(clients).toHaveLength(5);
  for (const flow of clients) expect(flow).toMatchObject({ ...NEVER_OPENED, failure: 'timeout' });
});

test('unreachable', async (context) => {
  needs(context, ...NEEDS);
  const { clients, errors } = await ends(5, { host: UNREACHABLE, port: 80 });
  expect(new Set(errors)).toEqual(new Set(['EHOSTUNREACH']));
  expect(clients).toHaveLength(5);
  for (const flow of clients) expect(flow).toMatchObject({ ...NEVER_OPENED, failure: 'unreachable' });
});

test('reset by the server, which never answers', async (context) => {
  needs(context, ...NEEDS);
  const { clients, servers } = await ends(10, { host: SERVER, port: RESETTING });
  expect([clients.length, servers.length]).toEqual([5, 5]);
  for (const flow of [...clients, ...servers]) {
    expect(flow).toMatchObject({
      opened: 1,
      closed: 1,
      failure: 'reset',
      resetBy: 'server',
      requests: 1,
      failedRequests: 1,
      statuses: [[0, 1]],
    });
  }
});

test('reset by the client after a good answer', async (context) => {
  needs(context, ...NEEDS);
  const { clients, servers } = await ends(10, { host: SERVICE, port: 80, close: 'reset' });
  expect([clients.length, servers.length]).toEqual([5, 5]);
  for (const flow of [...clients, ...servers]) {
    expect(flow).toMatchObject({
      closed: 1,
      failure: 'reset',
      resetBy: 'client',
      requests: 1,
      failedRequests: 0,
    });
  }
});

test('a request that was never answered has failed on both ends', async (context) => {
  needs(context, ...NEEDS);
  const { clients, servers } = await ends(10, { host: SERVER, port: SILENT, giveUpMillis: 100 });
  expect([clients.length, servers.length]).toEqual([5, 5]);
  for (const flow of [...clients, ...servers]) {
    expect(flow).toMatchObject({
      closed: 1,
      failure: null,
      requests: 1,
      failedRequests: 1,
      statuses: [[0, 1]],
    });
  }
});

test('an answer that is read when the connection is over already', async (context) => {
  needs(context, ...NEEDS);
  const { clients, servers } = await ends(10, { host: SERVER, port: 8080, close: 'half', paths: ['/503'] });
  expect([clients.length, servers.length]).toEqual([5, 5]);
  for (const flow of [...clients, ...servers]) {
    expect(flow).toMatchObject({
      closed: 1,
      failure: null,
      requests: 1,
      failedRequests: 1,
      statuses: [[503, 1]],
    });
  }
});
