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

/** Messages of PostgreSQL: a letter (none for the first of a connection), the length, the rest. */
function message(letter: string, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(letter), length, body]);
}

test('PostgreSQL: literals, parameters, rows and messages of errors stay where they are', async (context) => {
  needs(context, ...NEEDS);
  const ready = message('Z', 'I');
  const before = observed.ended.length;
  for (const [i, secret] of SECRETS.entries()) {
    const value = Buffer.from(secret);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(value.length);
    const said = [
      message('', Uint8Array.of(0, 3, 0, 0), `user\0${secret}\0database\0${secret}\0\0`),
      message('Q', `SELECT * FROM users WHERE name = '${secret}' AND id = ${998877665544 + i}\0`),
      message('Q', `INSERT INTO carts VALUES ($q$${secret}$q$, E'\\'${secret}') -- ${secret}\0`),
      Buffer.concat([
        message('P', 'statement\0SELECT name FROM carts WHERE token = $1\0', Uint8Array.of(0, 0)),
        message('B', '\0statement\0', Uint8Array.of(0, 0, 0, 1), size, value, Uint8Array.of(0, 0)),
        message('E', '\0', Uint8Array.of(0, 0, 0, 0)),
        message('S'),
      ]),
    ];
    const row = message('D', Uint8Array.of(0, 1), size, value);
    const answers = [
      Buffer.concat([message('R', Uint8Array.of(0, 0, 0, 0)), ready]),
      Buffer.concat([row, message('C', 'SELECT 1\0'), ready]),
      Buffer.concat([message('E', `SERROR\0C42P01\0Mno ${secret}\0\0`), ready]),
      Buffer.concat([message('1'), message('2'), row, message('C', 'SELECT 1\0'), ready]),
    ];
    await server.ask('recite', { port: 9210 + i, answers: answers.map((bytes) => bytes.toString('hex')) });
    await client.ask('dictate', {
      host: SERVER,
      port: 9210 + i,
      said: said.map((bytes) => bytes.toString('hex')),
    });
  }
  await observed.untilEnded(before + 2 * SECRETS.length);
  const flows = observed.ended.slice(before);
  expect(new Set(flows.map(({ protocol }) => protocol))).toEqual(new Set(['postgres']));
  expect(operations(before).join('\n')).toMatch(/SELECT/);
  expectNoSecrets();
});
