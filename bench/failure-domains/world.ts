import type { Calls } from './calls.ts';
import type { Scenario } from './scenario.ts';
import type { Pod, Workload } from './topology.ts';

/** Two pods that talk, and the edge they do it on. */
export interface LeafOf {
  readonly client: Pod;
  readonly server: Pod;
  readonly workload: Workload;
  readonly edge: number;
}

/** A scenario that has been lived through. */
export interface World {
  readonly scenario: Scenario;
  readonly leaves: readonly LeafOf[];
  readonly edges: number;
  /** Windows of 10 s; the causes begin with `onset`. */
  readonly windows: number;
  readonly onset: number;
  readonly calls: Calls;
}

export function leavesOf({ topology: { workloads } }: Scenario): { leaves: LeafOf[]; edges: number } {
  const leaves: LeafOf[] = [];
  let edges = 0;
  for (const { pods, calls } of workloads.values()) {
    for (const { to } of calls) {
      const workload = workloads.get(to)!;
      for (const client of pods)
        for (const server of workload.pods) leaves.push({ client, server, workload, edge: edges });
      edges++;
    }
  }
  return { leaves, edges };
}
