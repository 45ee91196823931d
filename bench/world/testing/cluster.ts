import { type Cluster, newPod, newWorkload } from '../model.ts';
import { WORKLOADS } from '../plan.ts';

/** The planned cluster with every pod ready, without any process behind it. */
export function readyCluster(): Cluster {
  const workloads = WORKLOADS.map(newWorkload);
  const hosts = new Map<string, number>();
  const pods = workloads.flatMap((workload) =>
    workload.plan.versions.flatMap(({ nodes }, index) =>
      nodes.map((node) => {
        const host = (hosts.get(node) ?? 1) + 1;
        hosts.set(node, host);
        return { ...newPod(workload, workload.revisions[index]!, node, host), phase: 'ready' as const };
      }),
    ),
  );
  return { startedAt: '2026-11-20T03:00:00Z', workloads, pods };
}
