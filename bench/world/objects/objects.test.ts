import { expect, test } from 'vitest';
import { ObjectStore } from '../../apiserver/store.ts';
import type { Cluster } from '../model.ts';
import { NODES, WORKLOADS } from '../plan.ts';
import { readyCluster } from '../testing/cluster.ts';
import { describe as describeCluster, type KubeObject } from './index.ts';

interface Loose {
  readonly [field: string]: Loose;
}
/** Objects are written loosely; a test reads them the same way. */
const loose = (value: unknown): Loose => value as Loose;

const ofKind = (objects: readonly KubeObject[], kind: string): readonly KubeObject[] =>
  objects.filter((object) => object.kind === kind);

test('every object is one the API double serves', () => {
  const store = new ObjectStore();
  for (const object of describeCluster(readyCluster())) store.apply(object);
  expect(store.list('Pod')).toHaveLength(26);
  expect(store.list('Node')).toHaveLength(NODES.length);
  expect(store.list('Deployment')).toHaveLength(WORKLOADS.length);
});

test('names and uids are unique', () => {
  const objects = describeCluster(readyCluster());
  const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  const uids = objects.flatMap(({ metadata }) => (metadata.uid === undefined ? [] : [metadata.uid]));
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(uids).size).toBe(uids.length);
});

test('a pod leads to its deployment through the owners, and to its container', () => {
  const cluster = readyCluster();
  const objects = describeCluster(cluster);
  const byUid = new Map(objects.map((object) => [object.metadata.uid, object]));
  for (const pod of ofKind(objects, 'Pod')) {
    const known = cluster.pods.find(({ name }) => name === pod.metadata.name)!;
    const replicaSet = byUid.get(loose(pod.metadata).ownerReferences?.[0]?.uid)!;
    const deployment = byUid.get(loose(replicaSet.metadata).ownerReferences?.[0]?.uid)!;
    expect([replicaSet.kind, deployment.kind]).toEqual(['ReplicaSet', 'Deployment']);
    expect(deployment.metadata.name).toBe(known.workload);
    expect(pod.status).toMatchObject({
      podIP: known.ip,
      containerStatuses: [{ containerID: `containerd://${known.containerId}` }],
    });
    expect(pod.metadata.labels).toMatchObject({
      app: known.workload,
      'app.kubernetes.io/version': known.version,
    });
    expect(loose(pod.spec).containers?.[0]?.image).toBe(
      `registry.example/shop/${known.workload}:${known.version}`,
    );
  }
});

test('replica counts of a deployment are those of its replica sets and pods', () => {
  const objects = describeCluster(readyCluster());
  for (const deployment of ofKind(objects, 'Deployment')) {
    const own = ofKind(objects, 'ReplicaSet').filter(
      ({ metadata }) => loose(metadata).ownerReferences?.[0]?.uid === loose(deployment.metadata).uid,
    );
    const asked = own.map(({ spec }) => Number(loose(spec).replicas)).reduce((sum, count) => sum + count, 0);
    expect(deployment.spec).toMatchObject({ replicas: asked });
    expect(deployment.status).toMatchObject({ readyReplicas: asked });
  }
});

test('a service selects its pods, and its slice lists their addresses and places', () => {
  const cluster = readyCluster();
  const objects = describeCluster(cluster);
  for (const slice of ofKind(objects, 'EndpointSlice')) {
    const service = String(loose(slice.metadata).labels?.['kubernetes.io/service-name']);
    const pods = cluster.pods.filter(({ workload }) => workload === service);
    const endpoints = loose(slice).endpoints as unknown as readonly Loose[];
    expect(endpoints.map((endpoint) => [endpoint.addresses?.[0], endpoint.nodeName, endpoint.zone])).toEqual(
      pods.map(({ ip, node, zone }) => [ip, node, zone]),
    );
  }
});

test('a leaving pod keeps its address but gets no traffic; a starting one has no address yet', () => {
  const cluster = readyCluster();
  const payment = cluster.pods.filter(({ workload }) => workload === 'payment');
  const phases = new Map([
    [payment[0]!.name, { phase: 'leaving' as const, leavingSince: '2026-11-20T03:05:00Z' }],
    [payment[1]!.name, { phase: 'starting' as const }],
  ]);
  const changed: Cluster = {
    ...cluster,
    pods: cluster.pods.map((pod) => ({ ...pod, ...phases.get(pod.name) })),
  };
  const objects = describeCluster(changed);
  const named = (name: string): KubeObject => objects.find(({ metadata }) => metadata.name === name)!;
  expect(named(payment[0]!.name).metadata.deletionTimestamp).toBe('2026-11-20T03:05:00Z');
  expect(named(payment[0]!.name).status).toMatchObject({ podIP: payment[0]!.ip });
  expect(loose(named(payment[1]!.name).status).podIP).toBeUndefined();
  const slice = ofKind(objects, 'EndpointSlice').find(
    ({ metadata }) => loose(metadata).labels?.['kubernetes.io/service-name'] === loose('payment'),
  );
  expect(loose(slice).endpoints).toMatchObject([
    { conditions: { ready: false, terminating: true } },
    { conditions: { ready: true, terminating: false } },
    { conditions: { ready: true, terminating: false } },
  ]);
});
