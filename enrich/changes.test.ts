import { expect, test } from 'vitest';
import { deploymentOf, nodeOf, podOf, replicaSetOf, SECOND, serviceOf, sliceOf } from './fixtures.ts';
import { Names } from './index.ts';

/** Changes of the last of some states, each a second after the one before it. */
function after(...states: readonly object[]) {
  const names = new Names();
  for (const [i, object] of states.entries()) {
    names.takeChanges();
    names.apply({ type: 'MODIFIED', object, at: i * SECOND });
  }
  return names.takeChanges();
}

test('a new version of a Deployment is a rollout', () => {
  expect(after(deploymentOf('cart', 3, 'v1'), deploymentOf('cart', 3, 'v2'))).toEqual([
    {
      at: SECOND,
      kind: 'rollout',
      namespace: 'shop',
      subject: 'cart',
      what: 'v1 → v2',
      tags: { workload: 'cart', version: 'v2', image: 'shop/app:v2' },
    },
  ]);
});

test('a ReplicaSet that takes over is a rollout where the Deployment may not be read', () => {
  const begun = after(
    replicaSetOf('cart-1', 'cart', 3, 'v1'),
    replicaSetOf('cart-2', 'cart', 0, 'v2'),
    replicaSetOf('cart-2', 'cart', 1, 'v2'),
  );
  expect(begun).toMatchObject([{ kind: 'rollout', subject: 'cart', what: 'v1 → v2' }]);
  const seen = after(
    deploymentOf('cart', 3, 'v2'),
    replicaSetOf('cart-1', 'cart', 3, 'v1'),
    replicaSetOf('cart-2', 'cart', 1, 'v2'),
  );
  expect(seen).toEqual([]);
});

test('a changed template of the same version and images is a configuration', () => {
  const base = deploymentOf('cart');
  const env = { ...base, spec: { ...base.spec, template: { ...base.spec.template, env: 1 } } };
  expect(after(base, env)).toMatchObject([
    { kind: 'configuration', subject: 'cart', tags: { workload: 'cart' } },
  ]);
});

const CONTAINER = { name: 'server', image: 'shop/app:v1' };

/** A Deployment whose one container has more to it. */
function configured(container: object, metadata: object = {}, pod: object = {}) {
  const base = deploymentOf('cart');
  const { template } = base.spec;
  const spec = { ...pod, containers: [{ ...CONTAINER, ...container }] };
  return {
    ...base,
    spec: {
      ...base.spec,
      template: { ...template, metadata: { ...template.metadata, ...metadata }, spec },
    },
  };
}

test('a configuration says which parts changed, never what is in them', () => {
  const env = (level: string) => ({
    env: [
      { name: 'LEVEL', value: level },
      { name: 'SAME', value: 'x' },
    ],
  });
  const [change] = after(
    configured({ ...env('hidden-1'), resources: { limits: { cpu: '1' } } }),
    configured({ ...env('hidden-2'), resources: { limits: { cpu: '2' } }, args: ['--fast'] }),
  );
  expect(change).toMatchObject({
    kind: 'configuration',
    what: 'pod template changed: command, env LEVEL, resources',
  });
  expect(JSON.stringify(change)).not.toContain('hidden');
  const restarted = { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-11-20T03:00:00Z' } };
  expect(after(configured({}), configured({}, restarted))).toMatchObject([{ what: 'restarted by request' }]);
});

test('a changed ConfigMap or Secret is a configuration of the workloads that read it, and of no other', () => {
  const names = new Names();
  const config = (kind: string, name: string, data: object) => ({
    kind,
    metadata: { name, namespace: 'shop' },
    data,
  });
  const lists = (first: object, second: object, at: number) => {
    names.replace('ConfigMap', [first], at);
    names.replace('Secret', [second], at);
  };
  names.replace(
    'Deployment',
    [
      configured(
        { envFrom: [{ configMapRef: { name: 'limits' } }] },
        {},
        { volumes: [{ name: 'tls', secret: { secretName: 'tls' } }] },
      ),
      deploymentOf('other'),
    ],
    0,
  );
  lists(config('ConfigMap', 'limits', { a: 'hidden-1' }), config('Secret', 'tls', { k: 'hidden-2' }), 0);
  expect(names.takeChanges()).toEqual([]);
  lists(config('ConfigMap', 'limits', { a: 'hidden-3' }), config('Secret', 'tls', { k: 'hidden-2' }), SECOND);
  const base = { at: SECOND, kind: 'configuration', namespace: 'shop', subject: 'cart' };
  const tags = { workload: 'cart' };
  expect(names.takeChanges()).toEqual([{ ...base, what: 'ConfigMap limits changed', tags }]);
  lists(config('ConfigMap', 'limits', { a: 'hidden-3' }), config('Secret', 'tls', { k: 'hidden-4' }), SECOND);
  expect(names.takeChanges()).toEqual([{ ...base, what: 'Secret tls changed', tags }]);
});

test('another number of replicas is a scaling', () => {
  expect(after(deploymentOf('cart', 3), deploymentOf('cart', 5))).toMatchObject([
    { kind: 'scaling', what: '3 → 5 replicas' },
  ]);
});

test('a pod starts, moves, restarts and ends', () => {
  const owner = { kind: 'ReplicaSet', name: 'cart-1' };
  expect(after(podOf('a', { phase: 'Pending', ip: null }), podOf('a'))).toMatchObject([
    { kind: 'pod started', subject: 'a', what: 'started on n1', tags: { pod: 'a', node: 'n1' } },
  ]);
  const leaving = podOf('a', { owner, node: 'n1', terminating: true });
  expect(after(podOf('a', { owner, node: 'n1' }), leaving, podOf('b', { owner, node: 'n2' }))).toMatchObject([
    { kind: 'pod moved', subject: 'b', what: 'a on n1 → b on n2' },
  ]);
  expect(after(podOf('a', { owner }), leaving, podOf('b', { owner, node: 'n1' }))).toMatchObject([
    { kind: 'pod started', subject: 'b' },
  ]);
  const crashed = podOf('a', { containers: [{ name: 'server', restarts: 2 }] });
  expect(after(podOf('a'), crashed)).toMatchObject([
    {
      kind: 'restart',
      subject: 'a',
      what: 'container server restarted (2 restarts)',
      tags: { container: 'server' },
    },
  ]);
  expect(after(podOf('a'), podOf('a', { phase: 'Failed' }))).toMatchObject([
    { kind: 'pod ended', what: 'Failed' },
  ]);
});

test('nodes and services change', () => {
  expect(
    after(nodeOf('n1', '10.9.0.1', 'a'), nodeOf('n1', '10.9.0.1', 'b', { cordoned: true })),
  ).toMatchObject([
    { kind: 'node', subject: 'n1', what: 'cordoned' },
    { kind: 'node', what: 'topology.kubernetes.io/zone: a → b' },
  ]);
  const status = (boot: string, pressure: string, kernel: string) => {
    const node = nodeOf('n1', '10.9.0.1');
    const conditions = [...node.status.conditions, { type: 'MemoryPressure', status: pressure }];
    const nodeInfo = { bootID: boot, kernelVersion: kernel };
    return { ...node, status: { ...node.status, conditions, nodeInfo } };
  };
  expect(after(status('a', 'False', '6.1'), status('b', 'True', '6.12')).map(({ what }) => what)).toEqual([
    'MemoryPressure',
    'rebooted',
    'now runs kernel 6.12',
  ]);
  expect(after(status('a', 'True', '6.1'), status('a', 'False', '6.1')).map(({ what }) => what)).toEqual([
    'MemoryPressure is over',
  ]);
  expect(
    after(serviceOf('api', '10.96.0.1', 80, { app: 'a' }), serviceOf('api', '10.96.0.1', 80, { app: 'b' })),
  ).toMatchObject([{ kind: 'endpoints', subject: 'api', what: 'selector app=a → app=b' }]);
  expect(
    after(serviceOf('api', '10.96.0.1'), sliceOf('api', [{ ip: '10.0.0.2', pod: 'a' }]), sliceOf('api', [])),
  ).toMatchObject([{ kind: 'endpoints', subject: 'api', what: '1 ready → 0 ready' }]);
});

test('the first list is where everything starts; later lists tell what changed meanwhile', () => {
  const names = new Names();
  names.replace('Pod', [podOf('a'), podOf('b')], 0);
  names.replace('Node', [nodeOf('n1', '10.9.0.1')], 0);
  expect(names.takeChanges()).toEqual([]);
  names.replace('Pod', [podOf('b'), podOf('c')], SECOND);
  names.replace('Node', [], SECOND);
  expect(names.takeChanges().map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
    'pod ended a',
    'pod started c',
    'node n1',
  ]);
  expect(names.nodes()).toEqual([]);
});
