import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../../.ci/needs.ts';
import { record } from '../layout.ts';
import { createSecureWorld, type Heard, hear, type Running, type SecureWorld } from '../testing/secure.ts';
import { type Tapped, tap } from '../testing/tapped.ts';
import { type ClearText, followClearText } from './clear-text.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'openssl'] as const;
const PEERS = fileURLToPath(new URL('../testing/secure-peers.mjs', import.meta.url));
const PYTHON_PEER = fileURLToPath(new URL('../testing/secure-peer.py', import.meta.url));
const PYTHON = '/usr/bin/python3';
const ECHO = 9444;
const RELAY = 9445;
const WEB = 9446;
const CONNECTIONS = 50;
const LINES = 8;

let tapped: Tapped;
let world: SecureWorld;
let clearText: ClearText;
let clients: Record<'node' | 'relayed' | 'python' | 'web', Running>;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  tapped = tap({ clearText: true });
  world = createSecureWorld(tapped.netns);
  const peer = (...parameters: readonly (string | number)[]) =>
    world.start(process.execPath, PEERS, ...parameters.map(String));
  const servers = [await peer('echo', ECHO), await peer('relay', RELAY, ECHO), await peer('web', WEB)];
  clients = {
    node: await peer('talk', ECHO, CONNECTIONS, LINES),
    relayed: await peer('talk', RELAY, CONNECTIONS, LINES),
    python: await (existsSync(PYTHON)
      ? world.start(PYTHON, PYTHON_PEER, ...[ECHO, CONNECTIONS, LINES].map(String))
      : peer('talk', ECHO, 0, 0)),
    web: await peer('ask', WEB, 20),
  };
  const processes = [...servers, ...Object.values(clients)].map(({ pid }) => pid);
  clearText = followClearText(tapped.object, { processes });
  clearText.follow(0);
});

afterAll(async () => {
  clearText?.close();
  await world?.close();
  tapped?.close();
});

/** Lets a client do its work, and gives what both ends of its connections said while they are still open. */
async function conversation(client: Running): Promise<readonly Heard[]> {
  const before = tapped.counters().clearUntied;
  client.say('go');
  expect(await client.line()).toBe('done');
  const heard = hear(tapped.chunks());
  expect(tapped.counters().clearUntied).toBe(before);
  return heard;
}

/** The client's port of the socket with this cookie. */
function portOf({ cookie, role }: Heard): number {
  const value = tapped.sockets.lookup(cookie)!;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  return role === 'client' ? record.localPort(view, 0) : record.remotePort(view, 0);
}

/** Whatever an end said or heard was said on its own connection, and its other end tells the same. */
function expectTiedRight(heard: readonly Heard[], connections: number): void {
  expect(heard).toHaveLength(2 * connections);
  for (const each of heard) {
    const ports = [...`${each.sent}${each.received}`.matchAll(/port=(\d+)/g)].map(([, port]) => Number(port));
    expect(ports.length).toBeGreaterThanOrEqual(2 * LINES);
    expect(new Set(ports)).toEqual(new Set([portOf(each)]));
  }
  const clients = heard.filter(({ role }) => role === 'client');
  const servers = new Map(heard.filter(({ role }) => role === 'server').map((end) => [portOf(end), end]));
  for (const client of clients) {
    const server = servers.get(portOf(client))!;
    expect(client.sent.split('\n')).toHaveLength(LINES + 1);
    expect(server.received).toBe(client.sent);
    expect(client.received).toBe(server.sent);
  }
}

test('memory buffers of Node at both ends, 50 connections at once', async (context) => {
  needs(context, ...NEEDS);
  expectTiedRight(await conversation(clients.node), CONNECTIONS);
});

test('a relay: what it receives on one connection makes it send on another', async (context) => {
  needs(context, ...NEEDS);
  expectTiedRight(await conversation(clients.relayed), 2 * CONNECTIONS);
});

test('asyncio of Python, which shakes hands by itself', async (context) => {
  needs(context, ...NEEDS);
  if (!existsSync(PYTHON)) context.skip('python3 is not installed');
  expectTiedRight(await conversation(clients.python), CONNECTIONS);
});

test('HTTP/2 by ALPN in Node', async (context) => {
  needs(context, ...NEEDS);
  const [client, server] = [...(await conversation(clients.web))].sort((a, b) => (a.role < b.role ? -1 : 1));
  expect(client!.sent.startsWith('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).toBe(true);
  expect(client!.sent.startsWith(server!.received)).toBe(true);
  expect(server!.sent.startsWith(client!.received)).toBe(true);
  expect(client!.received.match(/answer/g)).toHaveLength(20);
});
