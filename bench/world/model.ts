import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { imageOf, NAMESPACE, nodeNamed, podIp, type VersionPlan, type WorkloadPlan } from './plan.ts';

/** One ReplicaSet of a Deployment. */
export interface Revision {
  readonly number: number;
  readonly version: string;
  readonly image: string;
  readonly hash: string;
  readonly uid: string;
  readonly createdAt: string;
  /** Pods it is asked to have. */
  readonly replicas: number;
}

export interface Workload {
  readonly plan: WorkloadPlan;
  readonly uid: string;
  readonly createdAt: string;
  /** Counts the changes of the Deployment's spec. */
  readonly generation: number;
  /** Oldest first; the last is the current template. */
  readonly revisions: readonly Revision[];
  readonly service: Service | null;
}

export interface Service {
  readonly uid: string;
  readonly ip: string;
  readonly port: number;
  readonly targetPort: number;
  readonly sliceName: string;
  readonly sliceUid: string;
}

/** `starting`: no address is promised yet; `running`: has one, not ready; `leaving`: deleted, finishing its work. */
export type PodPhase = 'starting' | 'running' | 'ready' | 'leaving';

export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly workload: string;
  readonly version: string;
  readonly image: string;
  readonly replicaSet: string;
  readonly node: string;
  readonly zone: string;
  readonly ip: string;
  readonly uid: string;
  readonly containerId: string;
  readonly createdAt: string;
  readonly leavingSince: string | null;
  readonly phase: PodPhase;
}

/** Everything the objects and the forwarding rules are made from. */
export interface Cluster {
  readonly startedAt: string;
  readonly workloads: readonly Workload[];
  readonly pods: readonly Pod[];
}

/** The letters Kubernetes makes names from: none that form words or are mistaken for each other. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

export function randomName(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

export const timestamp = (): string => `${new Date().toISOString().slice(0, 19)}Z`;

export function newRevision(workload: string, number: number, { version, nodes }: VersionPlan): Revision {
  return {
    number,
    version,
    image: imageOf(workload, version),
    hash: randomName(10),
    uid: randomUUID(),
    createdAt: timestamp(),
    replicas: nodes.length,
  };
}

/** `index` numbers the workloads and gives the service its address. */
export function newWorkload(plan: WorkloadPlan, index: number): Workload {
  const { name, port, servicePort } = plan;
  const revisions = plan.versions.map((version, at) => newRevision(name, at + 1, version));
  const service =
    port === null || servicePort === null
      ? null
      : {
          uid: randomUUID(),
          ip: `10.96.${1 + Math.floor(index / 200)}.${10 + (index % 200)}`,
          port: servicePort,
          targetPort: port,
          sliceName: `${name}-${randomName(5)}`,
          sliceUid: randomUUID(),
        };
  return {
    plan,
    uid: randomUUID(),
    createdAt: timestamp(),
    generation: plan.versions.length,
    revisions,
    service,
  };
}

/** A new pod of a revision on a node; `host` is the last byte of its address. */
export function newPod(workload: Workload, revision: Revision, nodeName: string, host: number): Pod {
  const node = nodeNamed(nodeName);
  const replicaSet = replicaSetName(workload, revision);
  return {
    name: `${replicaSet}-${randomName(5)}`,
    namespace: NAMESPACE,
    workload: workload.plan.name,
    version: revision.version,
    image: revision.image,
    replicaSet,
    node: node.name,
    zone: node.zone,
    ip: podIp(node, host),
    uid: randomUUID(),
    containerId: randomBytes(32).toString('hex'),
    createdAt: timestamp(),
    leavingSince: null,
    phase: 'starting',
  };
}

export const replicaSetName = (workload: Workload, revision: Revision): string =>
  `${workload.plan.name}-${revision.hash}`;

/** Pods that get traffic of their service. */
export const readyPods = (cluster: Cluster, workload: string): readonly Pod[] =>
  cluster.pods.filter((pod) => pod.workload === workload && pod.phase === 'ready');
