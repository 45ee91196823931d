import type { Cluster } from '../model.ts';
import { NAMESPACE } from '../plan.ts';
import { nodeObjects } from './node.ts';
import type { KubeObject } from './object.ts';
import { podObject } from './pod.ts';
import { serviceObjects } from './service.ts';
import { workloadObjects } from './workload.ts';

export type { KubeObject } from './object.ts';

/** The whole world as Kubernetes objects, in an order in which owners come before what they own. */
export function describe(cluster: Cluster): readonly KubeObject[] {
  const byName = new Map(cluster.workloads.map((workload) => [workload.plan.name, workload]));
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    ...nodeObjects(cluster.startedAt),
    ...cluster.workloads.flatMap((workload) => workloadObjects(cluster, workload)),
    ...cluster.pods.map((pod) => podObject(byName.get(pod.workload)!, pod)),
    ...cluster.workloads.flatMap((workload) => serviceObjects(cluster, workload)),
  ];
}
