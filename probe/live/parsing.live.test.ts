import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { total } from '../histogram.ts';
import { createNetwork, type Helper, type Network, SERVER } from './testing/network.ts';
import { observe } from './testing/observe.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'iptables'] as const;
const PORT = 9100;

let network: Network;
let client: Helper;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  network = createNetwork();
  const server = await network.helper('server');
  client = await network.helper('client');
  await server.ask('listen', { port: PORT, behaviour: 'http' });
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
