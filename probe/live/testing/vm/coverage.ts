import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import path from 'node:path';
import type { Feature, Flow, ProbeCounters } from '../../../flow.ts';
import { createNetwork, type Helper, type Network, SERVICE } from '../network.ts';
import { type Observed, observe } from '../observe.ts';
import { type Books, type Ends, sumBooks, sumEnds, type Whole } from './sums.ts';
import {
  BYTES_OF_OLDER,
  DATAGRAMS,
  ECHO,
  FILE_BYTES,
  HTTP,
  LOOPBACK,
  OLDER,
  RESETTING,
  SENDFILE,
  SILENT,
  TALKS,
  TRAFFIC,
  type Traffic,
  UNLIMITED,
} from './traffic.ts';

/** One kind of traffic: what the client wrote down, and what the probe saw of both ends. */
export interface Scenario {
  readonly name: string;
  readonly books: Books;
  readonly clients: Ends;
  readonly servers: Ends;
}

/** Everything the test of a kernel asserts on. */
export interface Coverage {
  readonly kernel: string;
  readonly features: readonly Feature[];
  readonly scenarios: readonly Scenario[];
  /** Ends of TCP connections made while the probe was running or before it. */
  readonly made: number;
  /** Datagrams sent, and received. */
  readonly datagrams: number;
  readonly counters: ProbeCounters;
  /** Effective capabilities while the probe ran, as /proc has them. */
  readonly capabilities: string;
}

export interface CoverageOptions {
  readonly objectFile?: string;
  readonly dropCapabilities?: boolean;
}

/** Real traffic between namespaces and over loopback on the running kernel, with the probe's account of it. */
export async function measureCoverage(options: CoverageOptions = {}): Promise<Coverage> {
  const network = createNetwork();
  const folder = mkdtempSync(path.join(tmpdir(), 'flt-'));
  const files = serveFiles(network, folder);
  try {
    const server = await network.helper('server');
    const client = await network.helper('client');
    await server.ask('listen', { port: HTTP, behaviour: 'http' });
    await server.ask('listen', { port: RESETTING, behaviour: 'reset' });
    await server.ask('listen', { port: SILENT, behaviour: 'silent' });
    await server.ask('echo', { port: ECHO });
    await client.ask('listen', { port: LOOPBACK, behaviour: 'http' });
    const older = await openBefore(client);
    const observed = await observe({
      netns: Object.values(network.names),
      budget: UNLIMITED,
      ...options,
    });
    const scenarios = [await useOlder(client, older, observed)];
    for (const traffic of TRAFFIC) scenarios.push(await make(client, traffic, observed));
    scenarios.push(await exchange(client, server, observed));
    const capabilities = /^CapEff:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
    await observed.probe.stop();
    return {
      kernel: release(),
      features: observed.probe.features,
      scenarios,
      /* Each question and each answer is sent and received. */
      datagrams: 4 * TALKS.length * DATAGRAMS,
      made: 2 * OLDER + TRAFFIC.reduce((sum, { ends, count }) => sum + ends * count, 0),
      counters: observed.probe.counters(),
      capabilities,
    };
  } finally {
    files.kill('SIGKILL');
    network.close();
    rmSync(folder, { recursive: true });
  }
}

/** Sends files from the kernel's cache, without reading them into the process. */
function serveFiles(network: Network, folder: string): ChildProcess {
  writeFileSync(path.join(folder, '200'), Buffer.alloc(FILE_BYTES, 'x'));
  const parameters = ['httpd', '-f', '-p', String(SENDFILE), '-h', folder];
  return spawn('ip', ['netns', 'exec', network.names.server, 'busybox', ...parameters], { stdio: 'ignore' });
}

async function openBefore(client: Helper): Promise<readonly number[]> {
  const opened: number[] = [];
  for (let i = 0; i < OLDER; i++) {
    const { id } = await client.ask<{ id: number }>('open', { host: SERVICE, port: 80 });
    await client.ask('request', { id, path: '/200' });
    opened.push(id);
  }
  return opened;
}

async function useOlder(client: Helper, opened: readonly number[], observed: Observed): Promise<Scenario> {
  for (const id of opened) {
    await client.ask('request', { id, path: '/200' });
    await client.ask('request', { id, path: '/500' });
    await client.ask('close', { id });
  }
  const ended = await endsSince(observed, 0, 2 * opened.length);
  const whole = { answered: 2, failed: 1, ...BYTES_OF_OLDER, error: null };
  return { name: 'older than the probe', books: sumBooks(opened.map(() => whole)), ...ended };
}

async function make(
  client: Helper,
  { name, ends, count, parameters }: Traffic,
  observed: Observed,
): Promise<Scenario> {
  const before = observed.ended.length;
  const books = await client.ask<Whole[]>('run', { count, parallel: 8, ...parameters });
  return { name, books: sumBooks(books), ...(await endsSince(observed, before, ends * count)) };
}

/** Conversations end with their sockets; the server has one for all of them. */
async function exchange(client: Helper, server: Helper, observed: Observed): Promise<Scenario> {
  const before = observed.ended.length;
  const books: Whole[] = [];
  for (const talk of TALKS) {
    const book = await client.ask<Whole>('exchange', { port: ECHO, count: DATAGRAMS, ...talk });
    books.push({ ...book, error: null });
  }
  await server.ask('silence');
  return { name: 'UDP', books: sumBooks(books), ...(await endsSince(observed, before, 2 * TALKS.length)) };
}

async function endsSince(observed: Observed, before: number, count: number) {
  await observed.untilEnded(before + count);
  const ended = observed.ended.slice(before);
  const of = (role: Flow['role']) => sumEnds(ended.filter((flow) => flow.role === role));
  return { clients: of('client'), servers: of('server') };
}
