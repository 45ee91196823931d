import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { needs } from '../../../.ci/needs.ts';
import { inNetnsSync, socketCookie, tickNanos } from '../index.js';
import { compile, failureOf, namespace, needsKernel } from './support.ts';

const here = () => readlinkSync('/proc/thread-self/ns/net');

test('an action in another namespace: its value, its error, and always back home', (context) => {
  needs(context, 'linux', 'root', 'addon', 'ip');
  const home = here();
  const { path } = namespace(context);
  const inside = inNetnsSync(path, here);
  expect(inside).not.toBe(home);
  expect(here()).toBe(home);
  const thrown = new RangeError('of the action');
  expect(() =>
    inNetnsSync(path, () => {
      throw thrown;
    }),
  ).toThrow(thrown);
  expect(here()).toBe(home);
  const other = namespace(context).path;
  const nested = inNetnsSync(path, () => [here(), inNetnsSync(other, here), here()]);
  expect(nested).toEqual([inside, inNetnsSync(other, here), inside]);
  expect(new Set([home, ...nested]).size).toBe(3);
  expect(failureOf(() => inNetnsSync('/run/netns/none', here))).toMatchObject({ code: 'ENOENT' });
  expect(here()).toBe(home);
});

test('a socket’s cookie stays, and others have others', async (context) => {
  needs(context, 'linux', 'addon');
  const servers = [0, 0].map((port) => createServer().listen(port));
  context.onTestFinished(() => servers.forEach((server) => void server.close()));
  await Promise.all(servers.map((server) => server.listening || once(server, 'listening')));
  const cookies = servers.map((server) =>
    socketCookie((server as unknown as { _handle: { fd: number } })._handle.fd),
  );
  expect(cookies.every((cookie) => cookie > 0n)).toBe(true);
  expect(new Set(cookies).size).toBe(2);
  expect(failureOf(() => socketCookie(2 ** 31 - 1))).toMatchObject({ code: 'EBADF' });
});

test('a tick is a whole part of a second, of between 1 and 10 ms', (context) => {
  needs(context, 'linux', 'addon');
  const perSecond = 1e9 / tickNanos();
  expect(perSecond).toBeGreaterThanOrEqual(99);
  expect(perSecond).toBeLessThanOrEqual(1001);
});

/** In a child: worker threads and a busy thread pool, then the drop, then what every thread still has. */
const DROP = `
  import { pbkdf2 } from 'node:crypto';
  import { readFileSync, readdirSync } from 'node:fs';
  import { promisify } from 'node:util';
  import { Worker } from 'node:worker_threads';
  import { keepCapabilities, BpfError } from ${JSON.stringify(new URL('../index.js', import.meta.url).href)};
  const workers = [1, 2].map(() => new Worker('setInterval(() => {}, 1000)', { eval: true }));
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.on('online', resolve))));
  const busy = Array.from({ length: 32 }, () => promisify(pbkdf2)('word', 'salt', 20_000, 32, 'sha512'));
  let refused;
  try { keepCapabilities(['CAP_NET_ADMIN', 'CAP_NOBODY']); } catch (error) { refused = error.code; }
  const sets = () => readdirSync('/proc/self/task').map((thread) => {
    const status = readFileSync('/proc/self/task/' + thread + '/status', 'utf8');
    return [...status.matchAll(/^Cap(?:Inh|Prm|Eff):\\s*(\\w+)$/gm)].map(([, mask]) => Number.parseInt(mask, 16));
  });
  const before = sets();
  keepCapabilities(['CAP_NET_ADMIN', 'CAP_SETUID']);
  const after = sets();
  await Promise.all(busy);
  const late = new Worker('0', { eval: true });
  await new Promise((resolve) => late.on('exit', resolve));
  process.setuid(65534); // the C library must still reach all threads by itself
  console.log(JSON.stringify({ refused, before, after, end: sets() }));
  process.exit();`;

test('capabilities are dropped in every thread, and the C library can still change users', async (context) => {
  needs(context, 'linux', 'root', 'addon');
  const child = spawn(process.execPath, ['--input-type=module', '-e', DROP], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  const { refused, before, after, end } = JSON.parse(output) as Record<string, number[][]> & {
    refused: string;
  };
  const kept = 2 ** 12 + 2 ** 7;
  expect(refused).toBe('EINVAL');
  expect(before!.length).toBeGreaterThan(8);
  expect(before!.every(([, permitted]) => permitted! > kept)).toBe(true);
  for (const sets of after!) expect(sets).toEqual([0, kept, kept]);
  for (const sets of end!) expect(sets).toEqual([0, 0, 0]);
});

/** In a worker: opens one of everything, says so, and is ended with all of it open. */
const OPEN = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.module).then((bpf) => {
    const object = bpf.BpfObject.open(workerData.object);
    object.load();
    const held = [object, object.attach('on_call'), object.ring('records'), bpf.Conntrack.open(), bpf.enableStats()];
    setInterval(() => held, 1000);
    parentPort.postMessage(held.length);
  });`;

test('a worker that ends frees what it had open', async (context) => {
  needsKernel(context);
  const object = compile(context, 'programs');
  const held = () =>
    readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return /bpf|netlink/.exec(readlinkSync(`/proc/self/fd/${fd}`)) ?? [];
      } catch {
        return []; // the descriptor of this listing itself
      }
    }).length + readFileSync('/proc/self/maps', 'utf8').split('bpf-map').length;
  const before = held();
  for (let i = 0; i < 3; i++) {
    const module = new URL('../index.js', import.meta.url).href;
    const worker = new Worker(OPEN, { eval: true, workerData: { module, object } });
    expect(await once(worker, 'message')).toEqual([5]);
    expect(held()).toBeGreaterThan(before);
    await worker.terminate();
  }
  expect(held()).toBe(before);
});
