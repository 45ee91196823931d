import { EMPTY_HISTOGRAM, type Flow } from '../probe/index.ts';

/** A client's flow as the probe makes it, with the given parts. */
export function flowOf(parts: Partial<Flow>): Flow {
  const remote = parts.remote ?? parts.peer ?? { ip: '10.0.0.2', port: 8080 };
  return {
    boot: 'boot',
    netns: 1,
    cookie: '1',
    netnsName: null,
    role: 'client',
    transport: 'tcp',
    protocol: 'tcp',
    local: { ip: '10.0.0.1', port: 40000 },
    remote,
    asked: remote,
    peer: remote,
    nat: 'none',
    isn: null,
    owner: null,
    from: parts.to ?? 0,
    to: 0,
    preexisting: false,
    opened: 0,
    closed: 0,
    failure: null,
    resetBy: null,
    connectMicros: null,
    durationMicros: 0,
    bytesSent: 0,
    bytesReceived: 0,
    segmentsSent: 0,
    segmentsReceived: 0,
    retransmits: 0,
    zeroWindows: 0,
    drops: [],
    rttMicros: null,
    minRttMicros: null,
    basis: 'turns',
    requests: 0,
    failedRequests: 0,
    statuses: [],
    untimed: 0,
    operations: [],
    latency: EMPTY_HISTOGRAM,
    wait: EMPTY_HISTOGRAM,
    service: EMPTY_HISTOGRAM,
    network: EMPTY_HISTOGRAM,
    ...parts,
  };
}

/** The process behind a local end, by its cgroup path. */
export const ownerOf = (cgroup: string, process = 'server'): NonNullable<Flow['owner']> => ({
  pid: 7,
  process,
  uid: 0,
  cgroupId: '1',
  cgroup,
});

export const SECOND = 1_000_000;

export interface PodParts {
  readonly uid?: string;
  readonly namespace?: string;
  readonly ip?: string | null;
  readonly phase?: string;
  readonly node?: string;
  readonly hostNetwork?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid?: string };
  readonly terminating?: boolean;
  readonly containers?: readonly {
    readonly name: string;
    readonly image?: string;
    readonly port?: number;
    readonly hostPort?: number;
    readonly id?: string;
    readonly restarts?: number;
  }[];
  readonly startedAt?: string;
}

/** A Pod as the API server has it. */
export function podOf(name: string, parts: PodParts = {}) {
  const containers = parts.containers ?? [
    { name: 'server', image: 'registry.example:5000/shop/app:v1', port: 8080 },
  ];
  const { ip = '10.0.0.2', owner } = parts;
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name,
      namespace: parts.namespace ?? 'shop',
      uid: parts.uid ?? `uid-${name}`,
      labels: parts.labels ?? {},
      annotations: parts.annotations ?? {},
      ...(owner === undefined ? {} : { ownerReferences: [{ controller: true, ...owner }] }),
      ...(parts.terminating ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: {
      nodeName: parts.node ?? 'n1',
      ...(parts.hostNetwork ? { hostNetwork: true } : {}),
      containers: containers.map(({ name, image, port, hostPort }) => ({
        name,
        image: image ?? 'shop/app:v1',
        ports:
          port === undefined
            ? []
            : [{ containerPort: port, ...(hostPort === undefined ? {} : { hostPort }) }],
      })),
    },
    status: {
      phase: parts.phase ?? 'Running',
      ...(ip === null ? {} : { podIP: ip, podIPs: [{ ip }] }),
      containerStatuses: containers.map(({ name, id, restarts }) => ({
        name,
        restartCount: restarts ?? 0,
        ...(id === undefined ? {} : { containerID: `containerd://${id}` }),
        ...(parts.startedAt === undefined ? {} : { state: { running: { startedAt: parts.startedAt } } }),
      })),
    },
  };
}

export const nodeOf = (name: string, ip: string, zone = 'a', rest: { readonly cordoned?: boolean } = {}) => ({
  kind: 'Node',
  apiVersion: 'v1',
  metadata: {
    name,
    uid: `uid-${name}`,
    labels: { 'topology.kubernetes.io/zone': zone, 'topology.kubernetes.io/region': 'r' },
  },
  spec: rest.cordoned ? { unschedulable: true } : {},
  status: {
    addresses: [{ type: 'InternalIP', address: ip }],
    conditions: [{ type: 'Ready', status: 'True' }],
  },
});

export const serviceOf = (
  name: string,
  ip: string,
  port = 80,
  selector: Readonly<Record<string, string>> = {},
) => ({
  kind: 'Service',
  apiVersion: 'v1',
  metadata: { name, namespace: 'shop', uid: `uid-service-${name}` },
  spec: { clusterIP: ip, clusterIPs: [ip], ports: [{ port, targetPort: 8080 }], selector },
});

export const sliceOf = (
  service: string,
  members: readonly { readonly ip: string; readonly pod?: string }[],
  port = 8080,
) => ({
  kind: 'EndpointSlice',
  apiVersion: 'discovery.k8s.io/v1',
  metadata: {
    name: `${service}-1`,
    namespace: 'shop',
    uid: `uid-slice-${service}`,
    labels: { 'kubernetes.io/service-name': service },
  },
  addressType: 'IPv4',
  endpoints: members.map(({ ip, pod }) => ({
    addresses: [ip],
    conditions: { ready: true },
    ...(pod === undefined
      ? {}
      : { targetRef: { kind: 'Pod', namespace: 'shop', name: pod, uid: `uid-${pod}` } }),
  })),
  ports: [{ port }],
});

export const replicaSetOf = (name: string, deployment: string, replicas = 1, version = 'v1') => ({
  kind: 'ReplicaSet',
  apiVersion: 'apps/v1',
  metadata: {
    name,
    namespace: 'shop',
    uid: `uid-${name}`,
    ownerReferences: [{ controller: true, kind: 'Deployment', name: deployment, uid: `uid-${deployment}` }],
  },
  spec: { replicas, template: templateOf(version) },
  status: { replicas },
});

export const deploymentOf = (name: string, replicas = 1, version = 'v1') => ({
  kind: 'Deployment',
  apiVersion: 'apps/v1',
  metadata: { name, namespace: 'shop', uid: `uid-${name}` },
  spec: { replicas, template: templateOf(version) },
  status: { replicas },
});

const templateOf = (version: string) => ({
  metadata: { labels: { 'app.kubernetes.io/version': version } },
  spec: { containers: [{ name: 'server', image: `shop/app:${version}` }] },
});
