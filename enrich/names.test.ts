import { expect, test } from 'vitest';
import type { Flow } from '../probe/index.ts';
import {
  deploymentOf,
  flowOf,
  nodeOf,
  ownerOf,
  podOf,
  replicaSetOf,
  SECOND,
  serviceOf,
  sliceOf,
} from './fixtures.ts';
import { type Endpoint, Names } from './index.ts';

const uid = '30bed275-6c98-48f7-9d5e-69db3ef561c2';
const id = '945239278f79069c5b35e8bc1da95890719952fe4a67839b8b295e1dd82505c4';
const cgroup = `/kubepods/burstable/pod${uid}/${id}`;

/** A world at second 100; `feed` adds what happens later. */
function world(...objects: readonly object[]) {
  const names = new Names();
  const feed = (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: object, second: number) =>
    names.apply({ type, object, at: second * SECOND });
  for (const object of objects) feed('ADDED', object, 100);
  const remote = (ip: string, second: number, rest: Partial<Flow> = {}): Endpoint =>
    names.name(flowOf({ peer: { ip, port: 8080 }, to: second * SECOND, ...rest })).remote;
  const local = (second: number, rest: Partial<Flow>): Endpoint =>
    names.name(flowOf({ to: second * SECOND, ...rest })).local;
  return { names, feed, remote, local };
}

test('a local end is its cgroup’s pod and container, whatever its address', () => {
  const containers = [
    { name: 'server', image: 'shop/cart:v2', port: 8080, id },
    { name: 'proxy', image: 'mesh/proxy:1.9', id: id.replace('9', 'a') },
  ];
  const owner = { kind: 'ReplicaSet', name: 'cart-5df7', uid: 'uid-cart-5df7' };
  const { local } = world(
    nodeOf('n1', '10.9.0.1', 'eu-1a'),
    deploymentOf('cart'),
    replicaSetOf('cart-5df7', 'cart'),
    podOf('cart-5df7-x', { uid, ip: '10.0.0.1', containers, owner }),
    podOf('other', { ip: '10.0.0.99' }),
  );
  const named = local(101, { owner: ownerOf(cgroup, 'node'), local: { ip: '10.0.0.99', port: 40000 } });
  expect(named).toEqual({
    resolution: 'process',
    candidates: [],
    tags: {
      region: 'r',
      zone: 'eu-1a',
      node: 'n1',
      namespace: 'shop',
      kind: 'Deployment',
      workload: 'cart',
      version: 'v2',
      image: 'shop/cart:v2',
      pod: 'cart-5df7-x',
      container: 'server',
      process: 'node',
    },
  });
});

test('equal endpoints are one frozen object', () => {
  const { local, remote } = world(podOf('cart', { uid, ip: '10.0.0.2' }));
  const first = local(101, { owner: ownerOf(cgroup) });
  expect(local(102, { owner: ownerOf(cgroup), cookie: '2' })).toBe(first);
  expect(local(102, { owner: ownerOf(cgroup, 'sh') })).not.toBe(first);
  expect(Object.isFrozen(first) && Object.isFrozen(first.tags)).toBe(true);
  expect(remote('10.0.0.2', 101)).toBe(remote('10.0.0.2', 150));
  expect(remote('203.0.113.9', 101)).toBe(
    remote('203.0.113.9', 102, { peer: { ip: '203.0.113.9', port: 99 } }),
  );
});

test('a pod’s cgroup nobody knows is not named by its address', () => {
  const { local } = world(podOf('other', { ip: '10.0.0.1' }));
  expect(local(101, { owner: ownerOf(cgroup) })).toMatchObject({
    resolution: 'unresolved',
    tags: { process: 'server', address: '10.0.0.1' },
  });
});

test('a process outside pods is its own workload, on the node that has its address', () => {
  const { local } = world(nodeOf('n1', '10.9.0.1', 'eu-1a'));
  const owner = ownerOf('/system.slice/sshd.service', 'sshd');
  expect(local(101, { owner, local: { ip: '10.9.0.1', port: 22 }, role: 'server' })).toEqual({
    resolution: 'process',
    candidates: [],
    tags: { region: 'r', zone: 'eu-1a', node: 'n1', namespace: '', workload: 'sshd', process: 'sshd' },
  });
});

test('an address belongs to who had it at the flow’s time', () => {
  const { feed, remote } = world(podOf('old', { ip: '10.0.0.2' }));
  feed('DELETED', podOf('old', { ip: '10.0.0.2' }), 110);
  feed('ADDED', podOf('new', { ip: '10.0.0.2' }), 112);
  const podAt = (second: number) => remote('10.0.0.2', second).tags.pod;
  expect([99, 100, 109, 110, 111, 112, 200].map(podAt)).toEqual([
    undefined,
    'old',
    'old',
    undefined,
    undefined,
    'new',
    'new',
  ]);
});

test('a pod that is over owns its address no longer, and its late end takes nothing from the next', () => {
  const { feed, remote } = world(podOf('job', { ip: '10.0.0.2' }));
  feed('MODIFIED', podOf('job', { ip: '10.0.0.2', phase: 'Succeeded' }), 105);
  feed('ADDED', podOf('next', { ip: '10.0.0.2' }), 107);
  feed('DELETED', podOf('job', { ip: '10.0.0.2', phase: 'Succeeded' }), 109);
  expect([104, 106, 108, 110].map((second) => remote('10.0.0.2', second).tags.pod)).toEqual([
    'job',
    undefined,
    'next',
    'next',
  ]);
});

test('a connection stays with the pod it was opened to', () => {
  const { feed, remote } = world(podOf('old', { ip: '10.0.0.2' }));
  feed('DELETED', podOf('old', { ip: '10.0.0.2' }), 120);
  feed('ADDED', podOf('new', { ip: '10.0.0.2' }), 125);
  const aged = (opened: number) => remote('10.0.0.2', 130, { durationMicros: (130 - opened) * SECOND });
  expect(aged(110).tags.pod).toBe('old');
  expect(aged(126).tags.pod).toBe('new');
  // Just before the old one was seen to end: either may have answered.
  expect(aged(119)).toMatchObject({ resolution: 'unresolved', candidates: ['shop/new', 'shop/old'] });
});

test('two pods that claim one address are both listed and neither is taken', () => {
  const { remote, feed } = world(podOf('a'), podOf('b'));
  expect(remote('10.0.0.2', 101)).toEqual({
    resolution: 'unresolved',
    tags: { address: '10.0.0.2' },
    candidates: ['shop/a', 'shop/b'],
  });
  feed('MODIFIED', podOf('c', { ip: '10.0.0.3', terminating: true }), 101);
  feed('ADDED', podOf('d', { ip: '10.0.0.3' }), 102);
  expect(remote('10.0.0.3', 103).tags.pod).toBe('d');
});

test('a pod had its address before its first container ran', () => {
  const { feed, remote } = world();
  feed('ADDED', podOf('late', { startedAt: new Date(150_000).toISOString() }), 160);
  expect([150, 151, 155, 161].map((second) => remote('10.0.0.2', second).tags.pod)).toEqual([
    undefined,
    'late',
    'late',
    'late',
  ]);
});

test('a list after a gap ends what vanished, no later than its successor’s start', () => {
  const names = new Names();
  names.replace('Pod', [podOf('old')], 100 * SECOND);
  names.replace('Pod', [podOf('new', { startedAt: new Date(150_000).toISOString() })], 200 * SECOND);
  const podAt = (second: number) =>
    names.name(flowOf({ peer: { ip: '10.0.0.2', port: 80 }, to: second * SECOND })).remote.tags.pod;
  expect([140, 150, 152, 199, 201].map(podAt)).toEqual(['old', 'old', 'new', 'new', 'new']);
});

test('on a node’s address a pod is named only where it alone declares the port', () => {
  const host = (name: string, port: number, rest = {}) =>
    podOf(name, { ip: '10.9.0.1', hostNetwork: true, containers: [{ name, port }], ...rest });
  const { remote } = world(
    nodeOf('n1', '10.9.0.1', 'eu-1a'),
    host('proxy', 9100),
    host('exporter', 9200),
    host('agent', 9200),
    podOf('ingress', { ip: '10.0.0.7', containers: [{ name: 'nginx', port: 8443, hostPort: 443 }] }),
  );
  const at = (port: number, role: 'client' | 'server' = 'client') =>
    remote('10.9.0.1', 101, { peer: { ip: '10.9.0.1', port }, role });
  expect(at(9100)).toMatchObject({ resolution: 'pod-ip', tags: { pod: 'proxy', node: 'n1', zone: 'eu-1a' } });
  expect(at(443)).toMatchObject({ resolution: 'pod-ip', tags: { pod: 'ingress' } });
  expect(at(9200)).toEqual({
    resolution: 'node',
    tags: { region: 'r', zone: 'eu-1a', node: 'n1' },
    candidates: ['shop/agent', 'shop/exporter'],
  });
  // A client's port says nothing, even when somebody declares the same one.
  expect(at(9100, 'server')).toMatchObject({
    resolution: 'node',
    candidates: ['shop/agent', 'shop/exporter', 'shop/proxy'],
  });
});

test('a service nobody resolved to a pod is a service, with its workload only if there is one', () => {
  const owner = (name: string) => ({ kind: 'StatefulSet', name });
  const { remote } = world(
    serviceOf('one', '10.96.0.1'),
    serviceOf('two', '10.96.0.2'),
    podOf('a-0', { ip: '10.0.0.2', owner: owner('a') }),
    podOf('a-1', { ip: '10.0.0.3', owner: owner('a') }),
    podOf('b-0', { ip: '10.0.0.4', owner: owner('b') }),
    sliceOf('one', [
      { ip: '10.0.0.2', pod: 'a-0' },
      { ip: '10.0.0.3', pod: 'a-1' },
    ]),
    sliceOf('two', [
      { ip: '10.0.0.2', pod: 'a-0' },
      { ip: '10.0.0.4', pod: 'b-0' },
    ]),
  );
  expect(remote('10.96.0.1', 101)).toEqual({
    resolution: 'service',
    tags: { namespace: 'shop', kind: 'StatefulSet', workload: 'a', service: 'one' },
    candidates: [],
  });
  expect(remote('10.96.0.2', 101)).toEqual({
    resolution: 'service',
    tags: { namespace: 'shop', service: 'two' },
    candidates: ['shop/StatefulSet/a', 'shop/StatefulSet/b'],
  });
});

test('a pod’s service is the one that was asked for, else the one of the port, else the first', () => {
  const { remote, local, names } = world(
    serviceOf('api', '10.96.0.1', 80),
    serviceOf('metrics', '10.96.0.2', 80),
    podOf('cart', { uid, ip: '10.0.0.2' }),
    { ...sliceOf('api', []), endpoints: [{ addresses: ['10.0.0.2'], targetRef: { kind: 'Pod', uid } }] },
    {
      ...sliceOf('metrics', [], 9090),
      endpoints: [{ addresses: ['10.0.0.2'], targetRef: { kind: 'Pod', uid } }],
    },
  );
  expect(remote('10.0.0.2', 101, { asked: { ip: '10.96.0.2', port: 80 } }).tags.service).toBe('metrics');
  expect(remote('10.0.0.2', 101, { asked: null }).tags.service).toBe('api');
  expect(remote('10.0.0.2', 101, { peer: { ip: '10.0.0.2', port: 9090 } }).tags.service).toBe('metrics');
  const server = { owner: ownerOf(cgroup), role: 'server', local: { ip: '10.0.0.2', port: 9090 } } as const;
  expect(local(101, server).tags.service).toBe('metrics');
  expect(local(101, { owner: ownerOf(cgroup) }).tags.service).toBe('api');
  expect(names.services()).toEqual([
    { namespace: 'shop', name: 'api', clusterIPs: ['10.96.0.1'], ports: [80], workloads: ['cart'] },
    { namespace: 'shop', name: 'metrics', clusterIPs: ['10.96.0.2'], ports: [80], workloads: ['cart'] },
  ]);
});

test('a pod on its way out keeps its service to its last connection, one that was deselected does not', () => {
  const { feed, remote } = world(
    serviceOf('api', '10.96.0.1'),
    podOf('a', { ip: '10.0.0.2' }),
    podOf('b', { ip: '10.0.0.3' }),
    sliceOf('api', [
      { ip: '10.0.0.2', pod: 'a' },
      { ip: '10.0.0.3', pod: 'b' },
    ]),
  );
  feed('MODIFIED', podOf('a', { ip: '10.0.0.2', terminating: true }), 105);
  feed('MODIFIED', sliceOf('api', []), 106);
  expect(remote('10.0.0.2', 107).tags.service).toBe('api');
  expect(remote('10.0.0.3', 105).tags.service).toBe('api');
  expect(remote('10.0.0.3', 107).tags.service).toBeUndefined();
});

test('an address a service was given by hand bears the service’s name', () => {
  const { remote } = world(
    serviceOf('legacy-db', '10.96.0.9'),
    sliceOf('legacy-db', [{ ip: '192.0.2.7' }], 5432),
  );
  expect(remote('192.0.2.7', 101)).toEqual({
    resolution: 'service',
    tags: { namespace: 'shop', service: 'legacy-db', address: '192.0.2.7' },
    candidates: [],
  });
});

test('loopback leads to the pod itself', () => {
  const { remote } = world(podOf('cart', { uid, ip: '10.0.0.1' }));
  const named = remote('127.0.0.1', 101, { owner: ownerOf(cgroup) });
  expect(named).toMatchObject({ resolution: 'pod-ip', tags: { pod: 'cart' } });
  expect(named.tags.process).toBeUndefined();
});

test('the zone is the node’s at the time, not the copy on pods and slices', () => {
  const labels = { 'topology.kubernetes.io/zone': 'stale' };
  const { feed, remote } = world(nodeOf('n1', '10.9.0.1', 'a'), podOf('cart', { labels }));
  feed('MODIFIED', nodeOf('n1', '10.9.0.1', 'b'), 110);
  expect([105, 115].map((second) => remote('10.0.0.2', second).tags.zone)).toEqual(['a', 'b']);
});

test('owners: known objects first, the template hash where they are not, no guess else', () => {
  const owner = (kind: string, name: string) => ({ kind, name, uid: `uid-${name}` });
  const hashed = { labels: { 'pod-template-hash': '5df7' } };
  const { feed, remote } = world(
    podOf('a', { ip: '10.0.0.2', owner: owner('ReplicaSet', 'web-5df7'), ...hashed }),
    podOf('b', { ip: '10.0.0.3', owner: owner('ReplicaSet', 'web-5df7') }),
    podOf('c', { ip: '10.0.0.4', owner: owner('Job', 'backup-28391') }),
    podOf('kube-proxy-n1', { ip: '10.0.0.5', owner: owner('Node', 'n1') }),
    podOf('d', {
      ip: '10.0.0.6',
      owner: owner('ReplicaSet', 'roll-77aa'),
      labels: { 'pod-template-hash': '77aa' },
    }),
  );
  const owners = () =>
    [2, 3, 4, 5, 6].map((host) => {
      const { kind, workload } = remote(`10.0.0.${host}`, 150).tags;
      return `${kind}/${workload}`;
    });
  expect(owners()).toEqual([
    'Deployment/web',
    'ReplicaSet/web-5df7',
    'Job/backup-28391',
    'Pod/kube-proxy',
    'Deployment/roll',
  ]);
  const owned = (kind: string, name: string, by: object) => ({
    kind,
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, ownerReferences: [{ controller: true, ...by }] },
  });
  feed('ADDED', replicaSetOf('web-5df7', 'shop-web'), 101);
  feed('ADDED', owned('Job', 'backup-28391', { kind: 'CronJob', name: 'backup' }), 101);
  feed('ADDED', owned('ReplicaSet', 'roll-77aa', { kind: 'Rollout', name: 'roll' }), 101);
  expect(owners()).toEqual([
    'Deployment/shop-web',
    'Deployment/shop-web',
    'CronJob/backup',
    'Pod/kube-proxy',
    'Rollout/roll',
  ]);
});

test('what is gone names late flows for ten minutes and is then forgotten', () => {
  const { feed, remote } = world(podOf('old'));
  feed('DELETED', podOf('old'), 110);
  feed('ADDED', podOf('x', { ip: '10.0.0.8' }), 110 + 599);
  expect(remote('10.0.0.2', 105).tags.pod).toBe('old');
  feed('ADDED', podOf('y', { ip: '10.0.0.9' }), 110 + 601);
  expect(remote('10.0.0.2', 105).resolution).toBe('unresolved');
});

test('unnamed addresses are bounded; what overflows is folded and counted', () => {
  const { remote, names } = world();
  // The local end has an address without a name too.
  for (let i = 0; i < 20_009; i++) remote(`172.16.${i >> 8}.${i & 255}`, 101);
  expect(names.counters().folded).toBe(10);
  expect(remote('172.31.0.1', 101).tags.address).toBe('other private');
  expect(remote('8.8.8.8', 101).tags.address).toBe('8.8.8.8');
});
