import { NODES, type NodePlan, podCidr, REGION, underlayIp } from '../plan.ts';
import type { KubeObject } from './object.ts';

export const nodeObjects = (createdAt: string): readonly KubeObject[] =>
  NODES.map((node) => nodeObject(node, createdAt));

function nodeObject(node: NodePlan, createdAt: string): KubeObject {
  const { name, zone } = node;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      // Nodes have no uid of their own in the plan; they neither come nor go.
      uid: `00000000-0000-4000-8000-00000000000${node.index}`,
      creationTimestamp: createdAt,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/region': REGION,
        'topology.kubernetes.io/zone': zone,
      },
    },
    spec: { podCIDR: podCidr(node), podCIDRs: [podCidr(node)] },
    status: {
      addresses: [
        { type: 'InternalIP', address: underlayIp(node) },
        { type: 'Hostname', address: name },
      ],
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: createdAt, reason: 'KubeletReady' }],
      nodeInfo: { kubeletVersion: 'v1.30.0', operatingSystem: 'linux' },
    },
  };
}
