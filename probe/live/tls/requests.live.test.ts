import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../../.ci/needs.ts';
import { createNetwork, type Network } from '../testing/network.ts';
import { type Observed, observe } from '../testing/observe.ts';
import { createSecureWorld, type SecureWorld } from '../testing/secure.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'iptables', 'openssl', 'nginx'] as const;
const PEERS = fileURLToPath(new URL('../testing/secure-peers.mjs', import.meta.url));
const NGINX = 9443;
const WEB = 9446;

let network: Network;
let world: SecureWorld;
let observed: Observed;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  network = createNetwork();
  world = createSecureWorld(network.names.client);
  await world.nginx(
    `server { listen ${NGINX} ssl; location / { return 200 "good\\n"; } location /bad { return 503; } }`,
    NGINX,
  );
  const web = await world.start(process.execPath, PEERS, 'web', String(WEB));
  observed = await observe({
    netns: [network.names.client],
    tls: { processes: ['nginx', 'curl', web.pid] },
  });
});

afterAll(async () => {
  await observed?.probe.stop();
  await world?.close();
  network?.close();
});

test('HTTPS requests are counted with operation and status, at both ends', async (context) => {
  needs(context, ...NEEDS);
  expect(observed.probe.features).toContainEqual(
    expect.objectContaining({ name: 'TLS clear text', state: 'on' }),
  );
  const before = observed.ended.length;
  const urls = ['items/1', 'items/2', 'bad'].map((path) => `https://127.0.0.1:${NGINX}/${path}`);
  world.run('curl', '-sk', '--http1.1', ...urls);
  await observed.untilEnded(before + 2);
  for (const flow of observed.ended.slice(before)) {
    expect(flow).toMatchObject({ protocol: 'http', basis: 'parsed', requests: 3, failedRequests: 1 });
    const operations = flow.operations.map(({ name, statuses }) => [name, statuses]);
    expect(operations).toContainEqual(['GET /items/{id}', [[200, 2]]]);
    expect(operations).toContainEqual(['GET /bad', [[503, 1]]]);
  }
});

test('a Node server that moves the cipher text by itself', async (context) => {
  needs(context, ...NEEDS);
  const before = observed.ended.length;
  const urls = ['items/1', 'items/2', 'missing'].map((path) => `https://127.0.0.1:${WEB}/${path}`);
  world.run('curl', '-sk', '--http1.1', ...urls);
  await observed.untilEnded(before + 2);
  for (const flow of observed.ended.slice(before)) {
    expect(flow).toMatchObject({ protocol: 'http', basis: 'parsed', requests: 3, failedRequests: 0 });
    const operations = flow.operations.map(({ name, statuses }) => [name, statuses]);
    expect(operations).toContainEqual(['GET /items/{id}', [[200, 2]]]);
    expect(operations).toContainEqual(['GET /missing', [[404, 1]]]);
  }
});

test('a process that was not asked for is left alone: its turns are counted', async (context) => {
  needs(context, ...NEEDS);
  const before = observed.ended.length;
  world.run('openssl', 's_client', '-connect', `127.0.0.1:${NGINX}`, '-ign_eof', '-quiet');
  await observed.untilEnded(before + 2);
  const client = observed.ended.slice(before).find(({ role }) => role === 'client')!;
  expect(client).toMatchObject({ protocol: 'tls', basis: 'turns', operations: [], requests: 1 });
});
