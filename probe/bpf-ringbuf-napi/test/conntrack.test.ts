import { setTimeout as pause } from 'node:timers/promises';
import { expect, type TestContext, test } from 'vitest';
import { needs } from '../../../.ci/needs.ts';
import { Conntrack, type ConntrackEntry, type ConntrackOptions } from '../index.js';
import { failureOf, namespace, run } from './support.ts';

const TCP = 6;
const UDP = 17;
const PORT = 5000;

/** In a child, inside the namespace: a server, and `count` connections to `address`, closed by the server. */
const CONNECT = `
  const [address, port, count] = process.argv.slice(1);
  const net = require('node:net');
  let left = Number(count);
  const server = net.createServer((socket) => socket.end()).listen(${PORT}, () => {
    const next = () => {
      if (left-- === 0) return server.close();
      net.connect(Number(port), address).resume().on('close', next).on('error', (error) => { throw error; });
    };
    next();
  });`;

const SEND = `
  const socket = require('node:dgram').createSocket('udp4');
  socket.send('question', ${PORT}, '127.0.0.1', () => socket.close());`;

interface World {
  readonly name: string;
  readonly socket: Conntrack;
  connect(address: string, port: number, count: number): void;
}

/** A namespace whose connections are tracked, and a socket that listens to it. */
function world(context: TestContext, options: ConntrackOptions = {}): World {
  needs(context, 'linux', 'root', 'addon', 'ip', 'iptables');
  const { name, path } = namespace(context);
  inside(name, 'iptables', '-A', 'OUTPUT', '-m', 'conntrack', '--ctstate', 'NEW', '-j', 'ACCEPT');
  const socket = Conntrack.open({ netns: path, ...options });
  context.onTestFinished(() => socket.close());
  const connect = (address: string, port: number, count: number) =>
    void inside(name, process.execPath, '-e', CONNECT, address, String(port), String(count));
  return { name, socket, connect };
}

function inside(name: string, ...command: string[]): string {
  return run('ip', 'netns', 'exec', name, ...command);
}

function readAll(socket: Conntrack, limit?: number) {
  const all = { entries: [] as ConntrackEntry[], overflowed: false, dumpDone: false };
  for (let more = true; more; ) {
    const batch = socket.read(limit);
    expect(batch.entries.length).toBeLessThanOrEqual(limit ?? 4096);
    all.entries.push(...batch.entries);
    all.overflowed ||= batch.overflowed;
    all.dumpDone ||= batch.dumpDone;
    more = batch.more;
  }
  return all;
}

function kinds(entries: readonly ConntrackEntry[]): Record<string, number> {
  return Object.fromEntries(
    ['new', 'destroy', 'dump'].map((kind) => [kind, entries.filter((entry) => entry.kind === kind).length]),
  );
}

test('reports every new connection once, and all of them again in a dump', (context) => {
  const { socket, connect } = world(context);
  connect('127.0.0.1', PORT, 300);
  const events = readAll(socket, 7);
  expect(kinds(events.entries)).toEqual({ new: 300, destroy: 0, dump: 0 });
  expect([events.overflowed, events.dumpDone]).toEqual([false, false]);
  const ports = new Set(events.entries.map(({ original }) => original.sourcePort));
  expect(ports.size).toBe(300);

  socket.requestDump();
  const dump = readAll(socket, 50);
  expect(kinds(dump.entries)).toEqual({ new: 0, destroy: 0, dump: 300 });
  expect(dump.dumpDone).toBe(true);
  expect(new Set(dump.entries.map(({ original }) => original.sourcePort))).toEqual(ports);
  for (const { protocol, original, reply } of dump.entries) {
    expect(protocol).toBe(TCP);
    expect(original).toMatchObject({ source: '127.0.0.1', destination: '127.0.0.1', destinationPort: PORT });
    expect(reply).toEqual({
      source: original.destination,
      sourcePort: original.destinationPort,
      destination: original.source,
      destinationPort: original.sourcePort,
    });
  }
});

test('shows where a translated connection went', (context) => {
  const { name, socket, connect } = world(context);
  run('ip', '-n', name, 'address', 'add', '10.77.0.2/32', 'dev', 'lo');
  run('ip', '-n', name, 'route', 'add', '10.99.0.0/24', 'dev', 'lo', 'src', '10.77.0.2');
  const target = `10.77.0.2:${PORT}`;
  const rule = ['-d', '10.99.0.1', '-p', 'tcp', '--dport', '80', '-j', 'DNAT', '--to-destination', target];
  inside(name, 'iptables', '-t', 'nat', '-A', 'OUTPUT', ...rule);
  connect('10.99.0.1', 80, 1);
  const { entries } = readAll(socket);
  expect(entries).toMatchObject([
    {
      kind: 'new',
      original: { source: '10.77.0.2', destination: '10.99.0.1', destinationPort: 80 },
      reply: { source: '10.77.0.2', sourcePort: PORT, destination: '10.77.0.2' },
    },
  ]);
});

test('knows IPv6 and UDP', (context) => {
  const { name, socket, connect } = world(context);
  inside(name, 'ip6tables', '-A', 'OUTPUT', '-m', 'conntrack', '--ctstate', 'NEW', '-j', 'ACCEPT');
  connect('::1', PORT, 1);
  inside(name, process.execPath, '-e', SEND);
  const { entries } = readAll(socket);
  expect(
    entries.map(({ protocol, original }) => [protocol, original.destination, original.destinationPort]),
  ).toEqual([
    [TCP, '::1', PORT],
    [UDP, '127.0.0.1', PORT],
  ]);
});

test('reports the end of a tracked connection', async (context) => {
  const { name, socket, connect } = world(context);
  inside(name, 'sysctl', '-qw', 'net.netfilter.nf_conntrack_tcp_timeout_time_wait=1');
  connect('127.0.0.1', PORT, 3);
  const born = readAll(socket).entries;
  const ended: ConntrackEntry[] = [];
  while (ended.length < 3) {
    await pause(200);
    socket.requestDump(); // walking the table is what makes the kernel throw out what has expired
    ended.push(...readAll(socket).entries.filter(({ kind }) => kind === 'destroy'));
  }
  const tuples = (entries: readonly ConntrackEntry[]) =>
    new Set(entries.map(({ original }) => original.sourcePort));
  expect(tuples(ended)).toEqual(tuples(born));
});

test('says when the kernel dropped events, and a dump makes up for them', (context) => {
  const { socket, connect } = world(context, { receiveBuffer: 4096 });
  connect('127.0.0.1', PORT, 300);
  const events = readAll(socket);
  expect(events.overflowed).toBe(true);
  expect(events.entries.length).toBeLessThan(300);
  expect(readAll(socket).overflowed).toBe(false);
  socket.requestDump();
  socket.requestDump(); // while the first one runs: another one follows, and one end is told
  const dump = readAll(socket);
  expect(dump.dumpDone).toBe(true);
  expect(new Set(dump.entries.map(({ original }) => original.sourcePort)).size).toBe(300);
  expect(dump.entries.length).toBe(600);
  expect(readAll(socket)).toEqual({ entries: [], overflowed: false, dumpDone: false });
});

test('is of one namespace, and is done when closed', (context) => {
  const { socket } = world(context);
  const other = world(context);
  other.connect('127.0.0.1', PORT, 2);
  expect(readAll(socket).entries).toEqual([]);
  expect(readAll(other.socket).entries.length).toBe(2);
  socket.close();
  socket.close();
  expect(failureOf(() => socket.read())).toMatchObject({ code: 'EBADF' });
  expect(failureOf(() => socket.requestDump())).toMatchObject({ code: 'EBADF' });
  expect(failureOf(() => Conntrack.open({ netns: '/run/netns/none' }))).toMatchObject({ code: 'ENOENT' });
  expect(failureOf(() => other.socket.read(0))).toMatchObject({ code: 'EINVAL' });
});
