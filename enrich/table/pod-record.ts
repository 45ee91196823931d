import type { Endpoint, Resolution } from '../endpoint.ts';
import type { ContainerView, PodView } from '../read/pod.ts';
import type { Membership } from './members.ts';
import type { NodeState } from './nodes.ts';
import type { Workload } from './owners.ts';
import type { Timeline } from './timeline.ts';

/** An endpoint already made of a pod, and everything it was made of. */
export interface PodName {
  readonly node: NodeState | undefined;
  readonly service: string | undefined;
  readonly container: ContainerView | null;
  readonly resolution: Resolution;
  readonly process: string | null;
  readonly endpoint: Endpoint;
}

/** Where a pod is and what it serves since a time, and the state of the tables that says so. */
export interface Surroundings {
  readonly state: PodState;
  readonly node: NodeState | undefined;
  readonly memberships: readonly Membership[];
  readonly since: number;
  readonly nodes: number;
  readonly members: number;
}

/** A pod as it was for a time, and the names already made of it. */
export interface PodState {
  readonly view: PodView;
  /** The containers that run beside one another. */
  readonly lasting: readonly ContainerView[];
  workload: Workload | null;
  /** Generation of the owner table `workload` was found in. */
  generation: number;
  names: readonly PodName[];
}

/** One pod through its life. */
export interface PodRecord {
  readonly key: string;
  readonly states: Timeline<PodState>;
  /** Containers by runtime id: a restarted container has a new one, and sockets of the old are still reported. */
  readonly containers: Map<string, string>;
  /** Every address the pod ever had. */
  readonly ips: Set<string>;
  /** The latest surroundings, as long as nothing around the pod changed. */
  surroundings: Surroundings | null;
  /** The latest object, also where naming does not need what changed. */
  view: PodView;
  /** Deleted, or gone without a word. */
  gone: boolean;
  /** Out of the table: the record names nobody any more. */
  forgotten: boolean;
}
