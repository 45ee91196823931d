import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { createNetwork, type Helper, type Network, SERVER } from './testing/network.ts';
import { type Observed, observe } from './testing/observe.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'iptables'] as const;
/** Stands wherever a value can stand; digits, dashes and letters, so that no folding of one kind hides it by chance. */
const SECRETS = [
  'Zq7xWv',
  'd00dfeed-4bad-4ace-8bad-c0ffee00d00d',
  '998877665544',
  'hunter2-geheim',
  'Ünïcödé-Gëhëim',
  'eyJhbGciOiJIUzI1NiJ9.c2VjcmV0',
];

let network: Network;
let client: Helper;
let server: Helper;
let observed: Observed;
let redis: ChildProcess | null = null;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  network = createNetwork();
  server = await network.helper('server');
  client = await network.helper('client');
  observed = await observe({ netns: [network.names.client, network.names.server] });
});

afterAll(async () => {
  await observed?.probe.stop();
  redis?.kill('SIGKILL');
  network?.close();
});

/** Everything that was said by the probe so far. */
function everything(): string {
  return JSON.stringify([observed.flows, observed.ended, observed.probe.features, observed.probe.counters()]);
}

function expectNoSecrets(): void {
  const said = everything().toLowerCase();
  for (const secret of SECRETS) {
    expect(said).not.toContain(secret.toLowerCase());
    expect(said).not.toContain(encodeURIComponent(secret).toLowerCase());
    expect(said).not.toContain(Buffer.from(secret).toString('base64').toLowerCase());
  }
}

/** Operations of the conversations since `before`, so that silence is no success. */
const operations = (before: number) =>
  observed.ended.slice(before).flatMap((flow) => flow.operations.map(({ name }) => name));

test('HTTP: paths, queries, headers and bodies stay where they are', async (context) => {
  needs(context, ...NEEDS);
  await server.ask('web', { port: 9200 });
  const before = observed.ended.length;
  for (const secret of SECRETS) {
    const value = encodeURIComponent(secret);
    const headers = { 'x-echo': Buffer.from(secret).toString('base64'), cookie: `session=${value}` };
    await client.ask('visit', {
      host: SERVER,
      port: 9200,
      requests: [
        { path: `/users/42/orders?token=${value}`, headers },
        { path: `/search?q=${value}#${value}`, headers },
        { method: 'POST', path: '/login', headers, body: `password=${secret}` },
        { method: 'PUT', path: '/items/1', headers: { ...headers, 'x-status': 500 }, body: secret },
      ],
    });
  }
  await observed.untilEnded(before + 2 * SECRETS.length);
  expect(new Set(operations(before)).size).toBeGreaterThan(2);
  expectNoSecrets();
});

test('HTTP: identifiers in a path are folded', async (context) => {
  needs(context, ...NEEDS);
  const before = observed.ended.length;
  const ids = [SECRETS[1], SECRETS[2], '7f3a9b2c4d5e6f708192a3b4c5d6e7f8', SECRETS[5]];
  await client.ask('visit', {
    host: SERVER,
    port: 9200,
    requests: ids.map((id) => ({ path: `/users/${id}/cart` })),
  });
  await observed.untilEnded(before + 2);
  expect(new Set(operations(before)).size).toBe(1);
  expectNoSecrets();
});

test('Redis: keys, values and passwords stay where they are', async (context) => {
  needs(context, ...NEEDS, 'redis-server');
  redis = spawn('ip', [
    ...['netns', 'exec', network.names.server, 'redis-server', '--port', '9201'],
    ...['--bind', '0.0.0.0', '--save', '', '--appendonly', 'no', '--protected-mode', 'no'],
  ]);
  await new Promise<void>((resolve) =>
    redis!.stdout!.on('data', (bytes) => String(bytes).includes('Ready to accept') && resolve()),
  );
  const before = observed.ended.length;
  const command = (...words: readonly string[]) =>
    Buffer.from(
      `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
    ).toString('hex');
  for (const secret of SECRETS) {
    await client.ask('dictate', {
      host: SERVER,
      port: 9201,
      said: [
        command('SET', `user:${secret}`, secret),
        command('GET', `user:${secret}`),
        command('AUTH', secret),
        command('HSET', 'hash', secret, secret),
        command(secret, secret),
        command('EVAL', `return '${secret}'`, '0'),
        command('CONFIG', 'SET', 'requirepass', ''),
        Buffer.from(`ECHO ${secret}\r\n`).toString('hex'),
      ],
    });
  }
  await observed.untilEnded(before + 2 * SECRETS.length);
  expect(operations(before)).toContain('SET');
  expectNoSecrets();
});
