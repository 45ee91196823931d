import { type Cluster, type Pod, type Revision, replicaSetName, type Workload } from '../model.ts';
import { type KubeObject, metadata, workloadLabels } from './object.ts';

/** The Deployment of a workload and its ReplicaSets, as far as their pods have come. */
export function workloadObjects(cluster: Cluster, workload: Workload): readonly KubeObject[] {
  const pods = cluster.pods.filter(
    ({ workload: name, phase }) => name === workload.plan.name && phase !== 'leaving',
  );
  return [
    deployment(workload, pods),
    ...workload.revisions.map((revision) => replicaSet(workload, revision, pods)),
  ];
}

function deployment(workload: Workload, pods: readonly Pod[]): KubeObject {
  const { plan, uid, createdAt, generation, revisions } = workload;
  const current = revisions[revisions.length - 1]!;
  const replicas = revisions.reduce((sum, revision) => sum + revision.replicas, 0);
  const ready = pods.filter(({ phase }) => phase === 'ready').length;
  const updated = pods.filter(({ replicaSet }) => replicaSet === replicaSetName(workload, current)).length;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata({
      name: plan.name,
      uid,
      createdAt,
      generation,
      labels: workloadLabels(plan.name, current.version),
      annotations: { 'deployment.kubernetes.io/revision': String(current.number) },
    }),
    spec: {
      replicas,
      revisionHistoryLimit: 10,
      selector: { matchLabels: { app: plan.name } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      template: template(workload, current, {}),
    },
    status: {
      observedGeneration: generation,
      replicas: pods.length,
      updatedReplicas: updated,
      readyReplicas: ready,
      availableReplicas: ready,
    },
  };
}

function replicaSet(workload: Workload, revision: Revision, pods: readonly Pod[]): KubeObject {
  const name = replicaSetName(workload, revision);
  const own = pods.filter(({ replicaSet }) => replicaSet === name);
  const ready = own.filter(({ phase }) => phase === 'ready').length;
  const hash = { 'pod-template-hash': revision.hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: metadata({
      name,
      uid: revision.uid,
      createdAt: revision.createdAt,
      generation: 1,
      labels: { ...workloadLabels(workload.plan.name, revision.version), ...hash },
      annotations: { 'deployment.kubernetes.io/revision': String(revision.number) },
      owner: { apiVersion: 'apps/v1', kind: 'Deployment', name: workload.plan.name, uid: workload.uid },
    }),
    spec: {
      replicas: revision.replicas,
      selector: { matchLabels: { app: workload.plan.name, ...hash } },
      template: template(workload, revision, hash),
    },
    status: { replicas: own.length, readyReplicas: ready, availableReplicas: ready, observedGeneration: 1 },
  };
}

function template({ plan }: Workload, revision: Revision, labels: Readonly<Record<string, string>>): object {
  const ports = plan.port === null ? {} : { ports: [{ containerPort: plan.port, protocol: 'TCP' }] };
  return {
    metadata: { labels: { ...workloadLabels(plan.name, revision.version), ...labels } },
    spec: { containers: [{ name: 'server', image: revision.image, ...ports }] },
  };
}
