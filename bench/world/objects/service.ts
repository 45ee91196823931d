import type { Cluster, Pod, Service, Workload } from '../model.ts';
import { NAMESPACE } from '../plan.ts';
import { type KubeObject, metadata } from './object.ts';

/** The Service of a workload and its EndpointSlice; nothing for a workload nobody calls. */
export function serviceObjects(cluster: Cluster, workload: Workload): readonly KubeObject[] {
  const { service } = workload;
  if (service === null) return [];
  const pods = cluster.pods.filter(
    ({ workload: name, phase }) => name === workload.plan.name && phase !== 'starting',
  );
  return [serviceObject(workload, service), sliceObject(workload, service, pods)];
}

function serviceObject({ plan, createdAt }: Workload, service: Service): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata({ name: plan.name, uid: service.uid, createdAt, labels: { app: plan.name } }),
    spec: {
      type: 'ClusterIP',
      clusterIP: service.ip,
      clusterIPs: [service.ip],
      ipFamilies: ['IPv4'],
      selector: { app: plan.name },
      ports: [{ name: 'main', port: service.port, targetPort: service.targetPort, protocol: 'TCP' }],
    },
  };
}

function sliceObject({ plan, createdAt }: Workload, service: Service, pods: readonly Pod[]): KubeObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: metadata({
      name: service.sliceName,
      uid: service.sliceUid,
      createdAt,
      labels: {
        'kubernetes.io/service-name': plan.name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      owner: { apiVersion: 'v1', kind: 'Service', name: plan.name, uid: service.uid },
    }),
    addressType: 'IPv4',
    ports: [{ name: 'main', port: service.targetPort, protocol: 'TCP' }],
    endpoints: pods.map((pod) => ({
      addresses: [pod.ip],
      conditions: {
        ready: pod.phase === 'ready',
        serving: pod.phase === 'ready' || pod.phase === 'leaving',
        terminating: pod.phase === 'leaving',
      },
      nodeName: pod.node,
      zone: pod.zone,
      targetRef: { kind: 'Pod', namespace: NAMESPACE, name: pod.name, uid: pod.uid },
    })),
  };
}
