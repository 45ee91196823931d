import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import type { Flow } from '../flow.ts';
import { total } from '../histogram.ts';
import { startProbe } from './probe.ts';
import { createNetwork, type Helper, type Network, SERVER, SERVICE } from './testing/network.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'iptables'] as const;
const CONNECTIONS = 500;

let network: Network;
let client: Helper;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  network = createNetwork();
  const server = await network.helper('server');
  client = await network.helper('client');
  await server.ask('listen', { port: 8080, behaviour: 'http' });
});

afterAll(() => network?.close());

test('short connections through a translating node are told together, and add up to the ledger', async (context) => {
  needs(context, ...NEEDS);
  const { client: c, router, server: s } = network.names;
  const flows: Flow[] = [];
  const probe = await startProbe({
    netns: [c, router, s],
    parse: false,
    onFlows: (more) => flows.push(...more),
  });
  const books = await client.ask<{ readonly sent: number; readonly received: number }[]>('run', {
    host: SERVICE,
    port: 80,
    count: CONNECTIONS,
  });
  await probe.stop();

  const sum = (list: readonly Flow[], of: (flow: Flow) => number) =>
    list.reduce((so, flow) => so + of(flow), 0);
  expect(probe.counters()).toMatchObject({ sockets: 2 * CONNECTIONS, lost: 0 });
  for (const role of ['client', 'server'] as const) {
    const side = flows.filter((flow) => flow.role === role);
    expect([sum(side, ({ opened }) => opened), sum(side, ({ closed }) => closed)]).toEqual([
      CONNECTIONS,
      CONNECTIONS,
    ]);
    expect(sum(side, ({ requests }) => requests)).toBe(CONNECTIONS);
    expect(sum(side, ({ latency }) => total(latency))).toBe(CONNECTIONS);
    const [sent, received] =
      role === 'client' ? (['sent', 'received'] as const) : (['received', 'sent'] as const);
    expect(sum(side, ({ bytesSent }) => bytesSent)).toBe(books.reduce((so, book) => so + book[sent], 0));
    expect(sum(side, ({ bytesReceived }) => bytesReceived)).toBe(
      books.reduce((so, book) => so + book[received], 0),
    );
    expect(side.every(({ owner, brief }) => brief === undefined || owner !== null)).toBe(true);
  }
  const clients = flows.filter(({ role }) => role === 'client');
  expect(clients.every(({ peer }) => peer.ip === SERVER && peer.port === 8080)).toBe(true);
  expect(new Set(clients.map(({ nat }) => nat))).toEqual(new Set(['conntrack']));
  expect(sum(flows, ({ brief }) => brief?.connections ?? 0)).toBeGreaterThan(CONNECTIONS);
});
