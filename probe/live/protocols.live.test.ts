import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { total } from '../histogram.ts';
import { createNetwork, type Helper, type Network, SERVER } from './testing/network.ts';
import { type Observed, observe } from './testing/observe.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'iptables'] as const;
const LINES = 9000;
const BANNER = 9001;
const TLS = 9002;
const REDIS = 6379;

let network: Network;
let server: Helper;
let client: Helper;
let observed: Observed;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  network = createNetwork();
  server = await network.helper('server');
  client = await network.helper('client');
  await server.ask('listen', { port: LINES, behaviour: 'lines' });
  await server.ask('listen', { port: BANNER, behaviour: 'banner' });
  await server.ask('listen', { port: TLS, behaviour: 'tls' });
  observed = await observe({ netns: [network.names.client, network.names.server] });
});

afterAll(async () => {
  await observed?.probe.stop();
  network?.close();
});

/** Both ends of the one connection that a conversation makes. */
async function conversation(parameters: object, how: 'talk' | 'dictate' = 'talk') {
  const before = observed.ended.length;
  await client.ask(how, { host: SERVER, ...parameters });
  await observed.untilEnded(before + 2);
  const ends = observed.ended.slice(before);
  expect(ends.map(({ role }) => role).sort()).toEqual(['client', 'server']);
  return ends;
}

test('Redis: errors are failed requests', async (context) => {
  needs(context, ...NEEDS);
  const hex = (texts: readonly string[]) => texts.map((text) => Buffer.from(text).toString('hex'));
  const answers = ['$-1\r\n', '-ERR unknown\r\n', '+PONG\r\n'];
  const said = ['*1\r\n$3\r\nGET\r\n', '*1\r\n$3\r\nBAD\r\n', '*1\r\n$4\r\nPING\r\n'];
  await server.ask('recite', { port: REDIS, answers: hex(answers) });
  for (const flow of await conversation({ port: REDIS, said: hex(said) }, 'dictate')) {
    expect(flow).toMatchObject({ protocol: 'redis', requests: 3, failedRequests: 1, statuses: [[1, 1]] });
  }
});

test('an answer that begins like an error of Redis is none in another protocol', async (context) => {
  needs(context, ...NEEDS);
  for (const flow of await conversation({ port: LINES, lines: ['number?>-5'] })) {
    expect(flow).toMatchObject({ protocol: 'tcp', requests: 1, failedRequests: 0 });
  }
});

test('an interim answer is not the answer', async (context) => {
  needs(context, ...NEEDS);
  const lines = [
    'POST / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n>HTTP/1.1 100 Continue\r\n\r\n',
    'body>HTTP/1.1 502 Bad\r\n\r\n',
  ];
  for (const flow of await conversation({ port: LINES, lines })) {
    expect(flow).toMatchObject({ protocol: 'http', requests: 1, failedRequests: 1, statuses: [[502, 1]] });
    expect(total(flow.latency)).toBe(1);
  }
});

test('more failed statuses than the kernel keeps are still failed requests', async (context) => {
  needs(context, ...NEEDS);
  const lines = [500, 501, 502, 503, 504, 505, 500].map(
    (status) => `GET /\r\n>HTTP/1.1 ${status} Bad\r\n\r\n`,
  );
  for (const flow of await conversation({ port: LINES, lines })) {
    expect(flow).toMatchObject({
      requests: 7,
      failedRequests: 7,
      statuses: [
        [500, 2],
        [501, 1],
        [502, 1],
        [503, 1],
      ],
    });
  }
});

test('a server that talks first has not been asked', async (context) => {
  needs(context, ...NEEDS);
  for (const flow of await conversation({ port: BANNER, greeted: true, lines: ['one>1', 'two>2'] })) {
    expect(flow).toMatchObject({ protocol: 'tcp', requests: 2, failedRequests: 0 });
  }
});

test('TLS: neither the handshake nor the goodbye is a request', async (context) => {
  needs(context, ...NEEDS);
  for (const flow of await conversation({ port: TLS, secure: true, lines: ['one>1', 'two>2', 'three>3'] })) {
    expect(flow).toMatchObject({ protocol: 'tls', requests: 3, failedRequests: 0, failure: null });
  }
});
