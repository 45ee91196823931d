import type { Kind } from '../kind/kind.ts';

/** One way to read a kind from an API server. */
export interface Source {
  readonly kind: Kind;
  readonly path: string;
}

/** Something names are made of, the ways to read it (best first), and what is missing without it. */
export interface Resource {
  readonly plural: string;
  readonly sources: readonly Source[];
  readonly lost: string;
}

const resource = (kind: Kind, plural: string, base: string, lost: string): Resource => ({
  plural,
  sources: [{ kind, path: `${base}/${plural}` }],
  lost,
});

export const RESOURCES: readonly Resource[] = [
  resource('Pod', 'pods', '/api/v1', 'pods are not named'),
  resource('Service', 'services', '/api/v1', 'service addresses are not named'),
  {
    plural: 'endpointslices',
    sources: [
      { kind: 'EndpointSlice', path: '/apis/discovery.k8s.io/v1/endpointslices' },
      // Kubernetes 1.17 to 1.20, and before.
      { kind: 'EndpointSlice', path: '/apis/discovery.k8s.io/v1beta1/endpointslices' },
      { kind: 'Endpoints', path: '/api/v1/endpoints' },
    ],
    lost: 'pods lack their service, services their workload',
  },
  resource('Node', 'nodes', '/api/v1', 'zones and regions are not known'),
  resource('ReplicaSet', 'replicasets', '/apis/apps/v1', 'Deployments are derived from the names of pods'),
  resource('Deployment', 'deployments', '/apis/apps/v1', 'rollouts are seen late, scalings not at all'),
  resource('StatefulSet', 'statefulsets', '/apis/apps/v1', 'rollouts of StatefulSets are not seen'),
  resource('DaemonSet', 'daemonsets', '/apis/apps/v1', 'rollouts of DaemonSets are not seen'),
  resource('Job', 'jobs', '/apis/batch/v1', 'each run of a CronJob is a workload of its own'),
];
