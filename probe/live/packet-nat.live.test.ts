import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import type { Flow } from '../flow.ts';
import { mountOfCgroups } from './cgroups.ts';
import { followConntrack } from './conntrack.ts';
import { createNatView } from './nat.ts';
import {
  CLIENT,
  createNetwork,
  type Helper,
  inside,
  type Network,
  ROUTER,
  SERVER,
  SERVICE,
} from './testing/network.ts';
import { observe } from './testing/observe.ts';
import { rewriteConnect } from './testing/rewrite-connect.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'iptables'] as const;

/** Translated in the client's own namespace, as on a node that calls a service. */
const OWN_SERVICE = '10.201.96.1';
/** The router's address on the client's side, and a port of it that is a way to the server. */
const NODE = '10.201.1.1';
const NODE_PORT = 30080;
const MASQUERADED_PORT = 8081;
/** Exists nowhere: only connect(2) knows it. */
const REWRITTEN = '10.201.95.1';

let network: Network;
let client: Helper;
let server: Helper;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  network = createNetwork();
  const { client: c, router } = network.names;
  inside(c, `iptables -t nat -A OUTPUT -d ${OWN_SERVICE} -p tcp -j DNAT --to-destination ${SERVER}:8080`);
  inside(
    router,
    `iptables -t nat -A PREROUTING -d ${NODE} -p tcp --dport ${NODE_PORT} -j DNAT --to-destination ${SERVER}:8080`,
  );
  inside(
    router,
    `iptables -t nat -A POSTROUTING -d ${SERVER} -p tcp --dport ${MASQUERADED_PORT} -j MASQUERADE`,
  );
  server = await network.helper('server');
  client = await network.helper('client');
  await server.ask('listen', { port: 8080, behaviour: 'http' });
  await server.ask('listen', { port: MASQUERADED_PORT, behaviour: 'http' });
});

afterAll(() => network?.close());

interface Ends {
  readonly mine: Flow;
  readonly theirs: Flow;
}

/** One connection, as both its ends tell of it. */
async function connection(
  from: Helper,
  host: string,
  port: number,
  packetTranslation = false,
): Promise<Ends> {
  const { client: c, router, server: s } = network.names;
  const { probe, ended, untilEnded } = await observe({ netns: [c, router, s], packetTranslation });
  await from.ask('run', { host, port, count: 1 });
  await untilEnded(2);
  await probe.stop();
  return {
    mine: ended.find(({ role }) => role === 'client')!,
    theirs: ended.find(({ role }) => role === 'server')!,
  };
}

test('a translation in the namespace of the socket is read off its first packet', async (context) => {
  needs(context, ...NEEDS);
  const { mine, theirs } = await connection(client, OWN_SERVICE, 80, true);
  expect(mine).toMatchObject({
    asked: { ip: OWN_SERVICE, port: 80 },
    remote: { ip: OWN_SERVICE, port: 80 },
    peer: { ip: SERVER, port: 8080 },
    nat: 'packet',
  });
  expect(theirs).toMatchObject({ remote: mine.local, peer: mine.local });
});

test('without the packet, connection tracking tells the same', async (context) => {
  needs(context, ...NEEDS);
  const { mine, theirs } = await connection(client, OWN_SERVICE, 80);
  expect(mine).toMatchObject({ peer: { ip: SERVER, port: 8080 }, nat: 'conntrack' });
  expect(theirs).toMatchObject({ remote: mine.local, peer: mine.local });
});

test('a service translated by the node in between', async (context) => {
  needs(context, ...NEEDS);
  const { mine, theirs } = await connection(client, SERVICE, 80);
  expect(mine).toMatchObject({
    remote: { ip: SERVICE, port: 80 },
    peer: { ip: SERVER, port: 8080 },
    nat: 'conntrack',
  });
  expect(theirs).toMatchObject({
    remote: { ip: ROUTER },
    peer: { ip: CLIENT, port: mine.local.port },
    nat: 'conntrack',
  });
});

test('a node port', async (context) => {
  needs(context, ...NEEDS);
  const { mine, theirs } = await connection(client, NODE, NODE_PORT);
  expect(mine).toMatchObject({
    remote: { ip: NODE, port: NODE_PORT },
    peer: { ip: SERVER, port: 8080 },
    nat: 'conntrack',
  });
  expect(theirs).toMatchObject({
    remote: { ip: ROUTER },
    peer: { ip: CLIENT, port: mine.local.port },
    nat: 'conntrack',
  });
});

test('a pod that calls its own service', async (context) => {
  needs(context, ...NEEDS);
  const { mine, theirs } = await connection(server, SERVICE, 80);
  expect(mine).toMatchObject({
    netnsName: network.names.server,
    remote: { ip: SERVICE, port: 80 },
    peer: { ip: SERVER, port: 8080 },
    nat: 'conntrack',
  });
  expect(theirs).toMatchObject({
    netnsName: network.names.server,
    remote: { ip: ROUTER },
    peer: { ip: SERVER, port: mine.local.port },
    nat: 'conntrack',
  });
});

test('only the source is translated: the server alone has another remote end than it seems', async (context) => {
  needs(context, ...NEEDS);
  const { mine, theirs } = await connection(client, SERVER, MASQUERADED_PORT);
  expect(mine).toMatchObject({ peer: { ip: SERVER, port: MASQUERADED_PORT }, nat: 'none' });
  expect(theirs).toMatchObject({
    remote: { ip: ROUTER },
    peer: { ip: CLIENT, port: mine.local.port },
    nat: 'conntrack',
  });
});

test('connect(2) is rewritten, as load balancers at the socket do it', async (context) => {
  needs(context, ...NEEDS, 'clang');
  const mount = mountOfCgroups();
  if (mount === null) return context.skip('cgroup version 2 is not mounted');
  const end = rewriteConnect(`${mount}${client.cgroup}`, REWRITTEN, { ip: SERVER, port: 8080 });
  const { mine, theirs } = await connection(client, REWRITTEN, 80).finally(end);
  expect(mine).toMatchObject({
    asked: { ip: REWRITTEN, port: 80 },
    remote: { ip: SERVER, port: 8080 },
    peer: { ip: SERVER, port: 8080 },
    nat: 'connect',
  });
  expect(theirs).toMatchObject({ remote: mine.local, peer: mine.local, nat: 'none' });
});

test('translations whose announcements were lost are read again', async (context) => {
  needs(context, ...NEEDS);
  const views = { tcp: createNatView(), udp: createNatView() };
  const tables = followConntrack(views, 4096);
  context.onTestFinished(() => tables.closeAll());
  tables.open('router', `/run/netns/${network.names.router}`);
  const settle = async () => {
    for (let rounds = 0; rounds < 1000; rounds++) {
      const { overflows } = tables;
      tables.drain(0);
      if (tables.complete && tables.overflows === overflows) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await settle();
  expect(tables.overflows).toBe(0);

  const held = [];
  for (let i = 0; i < 50; i++) {
    held.push(await client.ask<{ id: number; localPort: number }>('open', { host: SERVICE, port: 80 }));
    await client.ask('run', { host: SERVICE, port: 80, count: 20 });
  }
  await settle();
  expect(tables.overflows).toBeGreaterThan(0);
  for (const { id, localPort } of held) {
    const local = { ip: CLIENT, port: localPort };
    expect(views.tcp.peer('client', local, { ip: SERVICE, port: 80 })).toEqual({ ip: SERVER, port: 8080 });
    await client.ask('close', { id });
  }
});
