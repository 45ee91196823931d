import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ApiServer, startApiServer } from '../../bench/apiserver/index.ts';
import type { Feature } from '../../probe/index.ts';
import { deploymentOf, flowOf, nodeOf, podOf, serviceOf, sliceOf } from '../fixtures.ts';
import { type ClusterWatch, Names, watchCluster } from '../index.ts';

let server: ApiServer;
let names: Names;
let running: ClusterWatch | null = null;
let states: Feature[] = [];

beforeEach(async () => {
  server = await startApiServer();
  names = new Names();
  states = [];
});
afterEach(async () => {
  await running?.stop();
  running = null;
  await server.close().catch(() => undefined);
});

async function start(options: object = {}): Promise<void> {
  const onState = (state: Feature) => void states.push(state);
  running = await watchCluster({ names, server: server.url, onState, ...options });
}

/** Pod at an address now. */
const podAt = (ip: string): string | undefined => {
  const now = Date.now() * 1000;
  return names.name(flowOf({ peer: { ip, port: 8080 }, to: now, durationMicros: 0 })).remote.tags.pod;
};

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 20 });

const stateOf = (plural: string) => running!.states().find(({ name }) => name === `kubernetes ${plural}`);

test('what is there is listed page by page, what happens is followed', async () => {
  for (let i = 0; i < 1201; i++) server.apply(podOf(`p${i}`, { ip: `10.1.${i >> 8}.${i & 255}` }));
  server.apply(nodeOf('n1', '10.9.0.1'));
  server.apply(serviceOf('api', '10.96.0.1'));
  server.apply(sliceOf('api', [{ ip: '10.1.0.0', pod: 'p0' }]));
  await start();
  expect(running!.states().map(({ state }) => state)).toEqual(Array(9).fill('on'));
  expect(podAt('10.1.4.176')).toBe('p1200');
  expect(names.nodes()).toEqual(['n1']);
  expect(names.services()).toMatchObject([{ name: 'api', workloads: ['p0'] }]);
  expect(names.takeChanges()).toEqual([]);

  server.remove('Pod', 'shop', 'p7');
  server.apply(podOf('fresh', { ip: '10.1.0.7' }));
  await eventually(() => expect(podAt('10.1.0.7')).toBe('fresh'));
  server.apply(deploymentOf('cart', 1, 'v1'));
  server.apply(deploymentOf('cart', 1, 'v2'));
  const changes: string[] = [];
  await eventually(() => {
    changes.push(...names.takeChanges().map(({ kind, what }) => `${kind}: ${what}`));
    expect(changes).toContain('rollout: v1 → v2');
  });
});

test('an expired watch lists again and misses nothing', async () => {
  server.apply(podOf('a', { ip: '10.1.0.1' }));
  server.apply(podOf('b', { ip: '10.1.0.2' }));
  await start();
  server.expire();
  server.remove('Pod', 'shop', 'a');
  server.apply(podOf('c', { ip: '10.1.0.3' }));
  await eventually(() => expect(podAt('10.1.0.3')).toBe('c'));
  await eventually(() => expect(podAt('10.1.0.1')).toBeUndefined());
  expect(podAt('10.1.0.2')).toBe('b');
  expect(states.filter(({ state }) => state === 'off')).toEqual([]);
});

test('a server that goes and comes back, even as another one, is told and followed again', async () => {
  server.apply(podOf('a', { ip: '10.1.0.1' }));
  for (let i = 0; i < 50; i++) server.apply(podOf('busy', { ip: '10.1.0.9', labels: { version: `v${i}` } }));
  await start();
  await server.close();
  await eventually(() => expect(stateOf('pods')).toMatchObject({ state: 'off', lost: 'pods are not named' }));
  // What was known goes on to name while it is away.
  expect(podAt('10.1.0.1')).toBe('a');
  // Versions begin anew: a watch from the old one would wait for a future that never comes.
  server = await startApiServer({ port: server.port });
  server.apply(podOf('b', { ip: '10.1.0.2' }));
  await eventually(() => expect(podAt('10.1.0.2')).toBe('b'));
  expect(podAt('10.1.0.1')).toBeUndefined();
  await eventually(() => expect(running!.states().map(({ state }) => state)).toEqual(Array(9).fill('on')));
});

test('a kind that may not be read leaves the others alone', async () => {
  server.refuse('Deployment', 403);
  server.refuse('Job', 404);
  server.apply(podOf('a', { ip: '10.1.0.1' }));
  await start();
  expect(podAt('10.1.0.1')).toBe('a');
  expect(stateOf('deployments')).toMatchObject({
    state: 'off',
    reason: expect.stringContaining('deployments'),
  });
  expect(stateOf('jobs')).toMatchObject({ state: 'off' });
  expect(stateOf('pods')).toMatchObject({ state: 'on', reason: '' });
});

test.each(['v1beta1', 'none'] as const)('slices of an old server: %s', async (discovery) => {
  await server.close();
  server = await startApiServer({ discovery });
  server.apply(serviceOf('api', '10.96.0.1'));
  server.apply(podOf('a', { ip: '10.1.0.1' }));
  if (discovery === 'v1beta1') server.apply(sliceOf('api', [{ ip: '10.1.0.1', pod: 'a' }]));
  const targetRef = { kind: 'Pod', uid: 'uid-a' };
  server.apply({
    kind: 'Endpoints',
    metadata: { name: 'api', namespace: 'shop' },
    subsets: [{ addresses: [{ ip: '10.1.0.1', targetRef }], ports: [{ port: 8080 }] }],
  });
  await start();
  expect(stateOf('endpointslices')).toMatchObject({ state: 'fallback' });
  expect(names.services()).toMatchObject([{ name: 'api', workloads: ['a'] }]);
});

test('a server that is away, refuses all, or a kubeconfig that is none, has its code', async () => {
  for (const kind of ['Pod', 'Service', 'EndpointSlice', 'Node', 'ReplicaSet']) server.refuse(kind, 403);
  for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet', 'Job']) server.refuse(kind, 403);
  await expect(start()).rejects.toMatchObject({ code: 'FL-203' });
  await server.close();
  await expect(start()).rejects.toMatchObject({ code: 'FL-202' });
  await expect(start({ server: undefined, kubeconfig: '/nowhere/config' })).rejects.toMatchObject({
    code: 'FL-201',
  });
});

test('a server that is away at the start can be waited for', async () => {
  await server.close();
  await start({ waitForServer: false });
  expect(stateOf('pods')).toMatchObject({ state: 'off', reason: expect.stringContaining('ECONNREFUSED') });
  server = await startApiServer({ port: server.port });
  server.apply(podOf('a', { ip: '10.1.0.1' }));
  await eventually(() => expect(podAt('10.1.0.1')).toBe('a'));
});

test('a kubeconfig file with a token is used', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'faultline-kubeconfig-'));
  const seen: (string | undefined)[] = [];
  const guard = createServer((request, response) => {
    seen.push(request.headers.authorization);
    const body = { kind: 'List', metadata: { resourceVersion: '1' }, items: [] };
    if (request.url?.includes('watch=true')) response.writeHead(200).flushHeaders();
    else response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => guard.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(guard.address() as AddressInfo).port}/prefix`;
  const file = join(folder, 'config');
  await writeFile(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
      clusters: [{ name: 'k', cluster: { server: url } }],
      users: [{ name: 'u', user: { token: 'not-a-real-token' } }],
    }),
  );
  try {
    await start({ server: undefined, kubeconfig: file });
    expect(new Set(seen)).toEqual(new Set(['Bearer not-a-real-token']));
  } finally {
    guard.closeAllConnections();
    guard.close();
    await rm(folder, { recursive: true });
  }
});
