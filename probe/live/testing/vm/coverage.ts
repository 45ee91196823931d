import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import path from 'node:path';
import type { Feature, Flow, ProbeCounters } from '../../../flow.ts';
import {
  createNetwork,
  type Helper,
  type Network,
  SERVER,
  SERVER_6,
  SERVICE,
  UNREACHABLE,
} from '../network.ts';
import { type Observed, observe } from '../observe.ts';
import { type Books, type Ends, sumBooks, sumEnds, type Whole } from './sums.ts';

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

interface Traffic {
  readonly name: string;
  /** How many ends of each connection the probe can see. */
  readonly ends: 1 | 2;
  readonly count: number;
  readonly parameters: object;
}

const HTTP = 8080;
const RESETTING = 8081;
const SILENT = 8082;
const SENDFILE = 8083;
const LOOPBACK = 8084;
const ECHO = 7000;
const PATHS = ['/200', '/404', '/503', '/200', '/500'];
/** More than one page and not a multiple of it. */
const FILE_BYTES = 100_003;

/* Patience is long: a processor that is imitated in software may take a second to connect. */
const TRAFFIC: readonly Traffic[] = [
  { name: 'short', ends: 2, count: 200, parameters: { host: SERVICE, port: 80 } },
  { name: 'long', ends: 2, count: 40, parameters: { host: SERVICE, port: 80, paths: PATHS } },
  { name: 'IPv6', ends: 2, count: 20, parameters: { host: SERVER_6, port: HTTP, paths: PATHS } },
  { name: 'loopback', ends: 2, count: 20, parameters: { host: '127.0.0.1', port: LOOPBACK } },
  { name: 'sendfile', ends: 2, count: 10, parameters: { host: SERVER, port: SENDFILE } },
  { name: 'half-closed', ends: 2, count: 10, parameters: { host: SERVER, port: HTTP, close: 'half' } },
  { name: 'reset by client', ends: 2, count: 10, parameters: { host: SERVICE, port: 80, close: 'reset' } },
  { name: 'reset by server', ends: 2, count: 10, parameters: { host: SERVER, port: RESETTING } },
  {
    name: 'unanswered',
    ends: 2,
    count: 10,
    parameters: { host: SERVER, port: SILENT, giveUpMillis: 1500 },
  },
  { name: 'refused', ends: 1, count: 10, parameters: { host: SERVER, port: 9 } },
  /* A router says so only a few times a second. */
  { name: 'unreachable', ends: 1, count: 5, parameters: { host: UNREACHABLE, port: 80 } },
];
const OLDER = 10;
/** An imitated processor costs too much whatever it does; steps down have tests of their own. */
const UNLIMITED = { cpuShare: Number.POSITIVE_INFINITY, chunksPerSecond: Number.POSITIVE_INFINITY };
/** Conversations over UDP: as many questions each, one after another. */
const DATAGRAMS = 20;
const TALKS = [
  { host: SERVER, connected: false },
  { host: SERVER, connected: true },
  { host: SERVER_6, connected: false },
  { host: SERVER_6, connected: true },
];
/** Bytes of what the helper answers. */
const answerBytes = (status: number) =>
  `HTTP/1.1 ${status} Whatever\r\nContent-Length: ${status % 97}\r\n\r\n`.length + (status % 97);
const BYTES_OF_OLDER = {
  sent: 2 * 'GET /200 HTTP/1.1\r\n\r\n'.length,
  received: answerBytes(200) + answerBytes(500),
};

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
