import type { NodePlace, PodPlace } from '../../enrich/index.ts';
import type { NodeKey } from '../../graph/index.ts';

/** Pods where they run now, the nodes there are, and what each pod answers. */
export interface Placement {
  readonly pods: readonly PodPlace[];
  readonly nodes: readonly NodePlace[];
  /** Requests a second each pod answers, by `namespace/pod`; empty where no traffic is known. */
  readonly traffic: ReadonlyMap<string, number>;
}

/** A tag of a workload's own pods. */
export interface PlacedTag {
  readonly tag: 'version' | 'pod' | 'node' | 'zone' | 'region';
  readonly value: string;
}

/**
 * `tags`: several tags of a workload cover exactly the same pods. `alone`: it has one pod, and so everything about it is
 * one. `together`: all its pods are in one place, and nobody else there can vouch for the place.
 */
export type BlindKind = 'tags' | 'alone' | 'together';

/** What would have to be done to one pod to tell tags apart. */
export interface Move {
  readonly action: 'move' | 'add';
  /** The pod to move; one of the pods to add a twin of. */
  readonly pod: string;
  readonly version: string | null;
  readonly from: string;
  readonly to: string;
  readonly zone: string | null;
  /** Blind spots of the workload that are left afterwards. */
  readonly left: number;
}

export interface BlindSpot {
  readonly workload: NodeKey;
  readonly kind: BlindKind;
  /** Tags that cannot be told apart, the one a person would accuse first. */
  readonly tags: readonly PlacedTag[];
  readonly pods: readonly string[];
  /** Requests a second at stake; `null` where no traffic is known. */
  readonly perSecond: number | null;
  /** The cheapest change that would tell them apart; `null` where no placement on these nodes would. */
  readonly move: Move | null;
}

export interface BlindSpots {
  readonly workloads: number;
  /** Workloads whose placement tells everything apart. */
  readonly clear: number;
  readonly pods: number;
  /** Most traffic at stake first. */
  readonly spots: readonly BlindSpot[];
  /** Zones that are one node: no move of pods tells the two apart. */
  readonly narrowZones: readonly { readonly zone: string; readonly node: string }[];
}
