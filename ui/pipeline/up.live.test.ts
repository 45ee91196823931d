import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { openStore } from '../../graph/index.ts';
import { begin, faultline } from '../testing/run.ts';
import { socketPath } from './share.ts';

const NEEDS = ['root', 'btf', 'addon', 'bpf', 'ip'] as const;
const NETNS = `flt-${process.pid}-up`;
const CONNECTIONS = 20;
/** Without any capability even root may load nothing into the kernel. */
const POWERLESS = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];

/** A server that counts nothing and answers; a client that asks it once a connection, then one port nobody listens on. */
const TRAFFIC = `
  const { connect, createServer } = require('node:net');
  const server = createServer((socket) => socket.on('data', () => socket.end('hello')).on('error', () => {}));
  const ask = () => new Promise((done) => {
    const socket = connect(4711, '127.0.0.1', () => socket.write('hi'));
    socket.on('data', () => {}).on('error', () => {}).on('close', done);
  });
  server.listen(4711, async () => {
    for (let i = 0; i < ${CONNECTIONS}; i++) await ask();
    connect(4712, '127.0.0.1').on('error', () => process.exit(0));
  });`;

let folder: string;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  folder = await mkdtemp(join(tmpdir(), 'faultline-up-'));
  execFileSync('ip', ['netns', 'add', NETNS]);
  execFileSync('ip', ['-n', NETNS, 'link', 'set', 'lo', 'up']);
});

/** Two requests to itself, one of them refused, over one connection that is encrypted with a shared key, once it is told to. */
const ENCRYPTED = `
  const https = require('node:https');
  const key = Buffer.alloc(16, 7);
  const shared = { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2', checkServerIdentity: () => undefined };
  const server = https.createServer({ ...shared, pskCallback: () => key }, (request, response) => {
    response.writeHead(request.url === '/bad' ? 503 : 200).end('well');
  });
  server.listen(4713, '127.0.0.1');
  process.stdin.on('end', async () => {
    const agent = new https.Agent({
      keepAlive: true, maxSockets: 1, ...shared, pskCallback: () => ({ psk: key, identity: 'test' }),
    });
    const ask = (path) => new Promise((done) =>
      https.get({ host: '127.0.0.1', port: 4713, path, agent }, (answer) => answer.resume().once('end', done)));
    await ask('/good');
    await ask('/bad');
    agent.destroy();
    server.close();
  }).resume();
`;

afterAll(async () => {
  if (folder === undefined) return;
  execFileSync('ip', ['netns', 'del', NETNS]);
  await rm(folder, { recursive: true, force: true });
});

function traffic(): Promise<void> {
  const child = spawn('ip', ['netns', 'exec', NETNS, process.execPath, '-e', TRAFFIC], { stdio: 'ignore' });
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('exit', (code) => (code === 0 ? done() : failed(new Error(`traffic ended with ${code}`))));
  });
}

describe('flows', () => {
  test('prints each connection once it ended, whole, with what was lost', async (context) => {
    needs(context, ...NEEDS);
    const flows = begin(['flows', '--netns', NETNS]);
    await flows.seen(/^ready$/m);
    await traffic();
    await flows.seen(/"refused"/);
    flows.child.kill('SIGINT');
    const { code, out } = await flows.ended;
    expect(code).toBe(0);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const clients = lines.filter((line) => line.role === 'client' && line.server.port === 4711);
    expect(clients).toHaveLength(CONNECTIONS);
    for (const line of clients) {
      expect(line).toMatchObject({
        state: 'closed',
        asked: { ip: '127.0.0.1', port: 4711 },
        nat: 'none',
        netns: NETNS,
        process: 'node',
        requests: 1,
        bytesSent: 2,
        bytesReceived: 5,
      });
    }
    expect(lines.filter((line) => line.failure === 'refused')).toHaveLength(1);
    expect(lines.reduce((sum, line) => sum + line.lost, 0)).toBe(0);
  });

  test('--failed leaves the rest out', async (context) => {
    needs(context, ...NEEDS);
    const flows = begin(['flows', '--netns', NETNS, '--failed', '--text']);
    await flows.seen(/^ready$/m);
    await traffic();
    await flows.seen(/refused/);
    flows.child.kill('SIGINT');
    const [heading, ...lines] = (await flows.ended).out.trim().split('\n');
    expect(heading).toMatch(/^time +client +server/);
    for (const line of lines) expect(line).toMatch(/:4712 +refused/);
  });

  test('--tls reads the requests of a process through its encryption', async (context) => {
    needs(context, ...NEEDS);
    const child = spawn('ip', ['netns', 'exec', NETNS, process.execPath, '-e', ENCRYPTED], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    try {
      const flows = begin(['flows', '--netns', NETNS, '--tls', String(child.pid), '--json']);
      await flows.seen(/^ready$/m);
      child.stdin.end('go');
      await flows.seen(/"role":"client".*"port":4713/);
      await flows.seen(/"role":"server".*"port":4713/);
      flows.child.kill('SIGINT');
      for (const line of (await flows.ended).out.trim().split('\n'))
        expect(JSON.parse(line)).toMatchObject({ protocol: 'http', requests: 2, failedRequests: 1 });
    } finally {
      child.kill();
    }
  });

  test('--for ends it by itself', async (context) => {
    needs(context, ...NEEDS);
    const outcome = await faultline(['flows', '--netns', NETNS, '--for', '500ms']);
    expect(outcome).toEqual({ code: 0, out: '', err: 'ready\n' });
  });
});

describe('up', () => {
  test('records, serves, answers other commands meanwhile, and flushes at the end', async (context) => {
    needs(context, ...NEEDS);
    const store = join(folder, 'live.duckdb');
    const up = begin(['up', '--store', store, '--netns', NETNS, '--listen', '127.0.0.1:0']);
    const [, url] = await up.seen(/map is at (http:\S+) /);
    await up.seen(/^ready$/m);
    await traffic();
    const found = async () =>
      (await faultline(['search', 'node', '--store', store])).out.includes('workload');
    while (!(await found())) await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    up.child.kill('SIGTERM');
    expect(await up.ended).toMatchObject({ code: 0, err: expect.stringContaining('0 connections lost') });
    expect(existsSync(socketPath(store))).toBe(false);

    const reader = await openStore(store, { readOnly: true });
    const edges = await reader.edges((await reader.range())!);
    await reader.close();
    const answered = edges.filter(({ port }) => port === 4711);
    expect(answered.reduce((sum, { counts }) => sum + counts.opened, 0)).toBe(CONNECTIONS);
    expect(answered.reduce((sum, { counts }) => sum + counts.requests, 0)).toBe(CONNECTIONS);
    expect(edges.find(({ port }) => port === 4712)?.counts.refused).toBe(1);
  });

  test('goes on without the cluster it was pointed at, and says what that costs', async (context) => {
    needs(context, ...NEEDS);
    const store = join(folder, 'away.duckdb');
    const args = ['up', '--store', store, '--netns', NETNS, '--listen', '127.0.0.1:0'];
    const up = begin([...args, '--server', 'http://127.0.0.1:1']);
    await up.seen(/FL-202: The cluster does not answer/);
    await up.seen(/^ready$/m);
    up.child.kill('SIGINT');
    expect((await up.ended).code).toBe(0);
  });

  test('a file of objects that cannot be used is a coded error', async (context) => {
    needs(context, ...NEEDS);
    const objects = join(folder, 'broken.yaml');
    await writeFile(objects, '{{{');
    const { code, err } = await faultline([
      'up',
      '--store',
      join(folder, 'none.duckdb'),
      '--objects',
      objects,
    ]);
    expect(code).toBe(1);
    expect(err).toMatch(/^FL-2\d\d: /);
    expect(existsSync(join(folder, 'none.duckdb'))).toBe(false);
  });

  test('without privileges it says so, names what is missing in doctor, and leaves no store', async (context) => {
    needs(context, ...NEEDS);
    const store = join(folder, 'powerless.duckdb');
    for (const command of [['up', '--store', store], ['flows']]) {
      const { code, err } = await faultline(command, { under: POWERLESS });
      expect(code).toBe(1);
      expect(err).toMatch(/^FL-101: .*root/m);
    }
    expect(existsSync(store)).toBe(false);
    const doctor = await faultline(['doctor', '--json'], { under: POWERLESS });
    expect(doctor.code).toBe(1);
    const { features } = JSON.parse(doctor.out) as {
      features: { name: string; state: string; reason: string }[];
    };
    expect(features[0]).toMatchObject({
      name: 'connections',
      state: 'off',
      reason: expect.stringContaining('FL-101'),
    });
  });
});
