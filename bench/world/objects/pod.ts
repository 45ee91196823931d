import type { Pod, Workload } from '../model.ts';
import { nodeNamed, underlayIp } from '../plan.ts';
import { type KubeObject, metadata, workloadLabels } from './object.ts';

export function podObject(workload: Workload, pod: Pod): KubeObject {
  const revision = workload.revisions.find(({ hash }) => pod.replicaSet.endsWith(`-${hash}`));
  const { port, name } = workload.plan;
  const ports = port === null ? {} : { ports: [{ containerPort: port, protocol: 'TCP' }] };
  const hash = pod.replicaSet.slice(name.length + 1);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadata({
      name: pod.name,
      uid: pod.uid,
      createdAt: pod.createdAt,
      leavingSince: pod.leavingSince,
      labels: { ...workloadLabels(name, pod.version), 'pod-template-hash': hash },
      ...(revision === undefined
        ? {}
        : {
            owner: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: pod.replicaSet, uid: revision.uid },
          }),
    }),
    spec: {
      nodeName: pod.node,
      containers: [{ name: 'server', image: pod.image, ...ports }],
      terminationGracePeriodSeconds: 30,
    },
    status: podStatus(pod),
  };
}

function podStatus(pod: Pod): object {
  const hostIP = underlayIp(nodeNamed(pod.node));
  const ready = pod.phase === 'ready';
  const condition = { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: pod.createdAt };
  if (pod.phase === 'starting') {
    const waiting = { state: { waiting: { reason: 'ContainerCreating' } }, ready: false, restartCount: 0 };
    return {
      phase: 'Pending',
      hostIP,
      conditions: [condition],
      containerStatuses: [{ name: 'server', image: pod.image, ...waiting }],
    };
  }
  return {
    phase: 'Running',
    qosClass: 'Burstable',
    hostIP,
    hostIPs: [{ ip: hostIP }],
    podIP: pod.ip,
    podIPs: [{ ip: pod.ip }],
    startTime: pod.createdAt,
    conditions: [condition],
    containerStatuses: [
      {
        name: 'server',
        image: pod.image,
        containerID: `containerd://${pod.containerId}`,
        ready,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: pod.createdAt } },
      },
    ],
  };
}
