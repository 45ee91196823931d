import type { PodPlace } from '../../enrich/index.ts';
import { groupBy } from '../group.ts';
import { nodeId } from '../keys.ts';
import { blindOf, placeOf, type Surroundings } from './blind.ts';
import { cheapestMove } from './moves.ts';
import type { BlindSpot, BlindSpots, Placement } from './types.ts';

export { placementOf } from './recorded.ts';
export type * from './types.ts';

/**
 * Which tags today's placement cannot tell apart, before anything breaks, and the cheapest change that would: for every
 * workload, most traffic at stake first.
 */
export function blindSpots({ pods, nodes, traffic }: Placement): BlindSpots {
  const around = surroundings(pods, nodes);
  const workloads = groupBy(pods, nodeId);
  const spots: BlindSpot[] = [];
  let clear = 0;
  for (const own of workloads.values()) {
    const blind = blindOf(own, around);
    if (blind.length === 0) clear++;
    for (const one of blind) {
      const { namespace, workload } = own[0]!;
      spots.push({
        workload: { namespace, workload },
        kind: one.kind,
        tags: one.tags,
        pods: one.pods.map(({ pod }) => pod),
        perSecond: traffic.size === 0 ? null : sum(one.pods, traffic),
        move: cheapestMove(own, one, nodes, around),
      });
    }
  }
  const stake = ({ perSecond, pods: hit }: BlindSpot): number => perSecond ?? hit.length;
  return {
    workloads: workloads.size,
    clear,
    pods: pods.length,
    spots: spots.sort((a, b) => stake(b) - stake(a)),
    narrowZones: narrow(nodes),
  };
}

function surroundings(pods: readonly PodPlace[], nodes: Placement['nodes']): Surroundings {
  const byName = new Map(nodes.map((node) => [node.node, node]));
  const neighbours = new Map<string, Set<string>>();
  const around = { nodes: byName, neighbours };
  for (const pod of pods) {
    for (const tag of ['node', 'zone', 'region'] as const) {
      const value = placeOf(pod, tag, around);
      if (value === null) continue;
      const key = `${tag} ${value}`;
      neighbours.set(key, (neighbours.get(key) ?? new Set()).add(nodeId(pod)));
    }
  }
  return around;
}

function sum(pods: readonly PodPlace[], traffic: ReadonlyMap<string, number>): number {
  return pods.reduce((all, { namespace, pod }) => all + (traffic.get(`${namespace}/${pod}`) ?? 0), 0);
}

function narrow(nodes: Placement['nodes']): BlindSpots['narrowZones'] {
  const zones = groupBy(
    nodes.filter(({ zone }) => zone !== null),
    ({ zone }) => zone!,
  );
  return zones.size < 2
    ? []
    : [...zones].flatMap(([zone, of]) => (of.length === 1 ? [{ zone, node: of[0]!.node }] : []));
}
