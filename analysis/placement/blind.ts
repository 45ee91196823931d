import type { NodePlace, PodPlace } from '../../enrich/index.ts';
import type { BlindKind, PlacedTag } from './types.ts';

/** A class of tags that today's pods of one workload cannot tell apart. */
export interface Blind {
  readonly kind: BlindKind;
  readonly tags: readonly PlacedTag[];
  readonly pods: readonly PodPlace[];
}

/** Places, the widest last: of those that cover the same pods the narrowest and the widest are told. */
const PLACES = ['pod', 'node', 'zone', 'region'] as const;

/** Where a node is, and who else runs there. */
export interface Surroundings {
  readonly nodes: ReadonlyMap<string, NodePlace>;
  /** Workloads on each node, zone and region, by `tag value`. */
  readonly neighbours: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * What the placement of one workload's pods leaves blind. A version is something somebody changed, a place is something that
 * breaks: where the two cover the same pods, no count can say which it is. A place among places is vouched for by others.
 */
export function blindOf(pods: readonly PodPlace[], around: Surroundings): Blind[] {
  if (pods.length === 0) return [];
  const [first] = pods;
  const versions = valuesOf(pods, ({ version }) => version);
  if (pods.length === 1) {
    const tags = [...tagOf('version', first!.version), { tag: 'pod' as const, value: first!.pod }];
    const lonely = PLACES.slice(1).flatMap((tag) => unvouched(pods, tag, around));
    return [{ kind: 'alone', tags: [...tags, ...lonely], pods }];
  }
  const blind: Blind[] = [];
  for (const [version, members] of versions) {
    if (members.length === pods.length) continue;
    const same = PLACES.flatMap((tag) => {
      const values = new Set(pods.flatMap((pod) => placeOf(pod, tag, around) ?? []));
      return [...values].flatMap((value) => {
        const there = pods.filter((pod) => placeOf(pod, tag, around) === value);
        return equal(there, members) ? [{ tag, value }] : [];
      });
    });
    if (same.length > 0)
      blind.push({ kind: 'tags', tags: [{ tag: 'version', value: version }, ...same], pods: members });
  }
  const together = PLACES.slice(1).flatMap((tag) => unvouched(pods, tag, around));
  if (together.length > 0) blind.push({ kind: 'together', tags: together, pods });
  return blind;
}

/** The place all the pods share, where no other workload is that could show that the place itself is fine. */
function unvouched(
  pods: readonly PodPlace[],
  tag: (typeof PLACES)[number],
  around: Surroundings,
): PlacedTag[] {
  const values = new Set(pods.map((pod) => placeOf(pod, tag, around)));
  const [value] = values;
  if (values.size !== 1 || value == null) return [];
  const others = around.neighbours.get(`${tag} ${value}`)?.size ?? 0;
  return others > 1 ? [] : [{ tag, value }];
}

export function placeOf(pod: PodPlace, tag: (typeof PLACES)[number], { nodes }: Surroundings): string | null {
  switch (tag) {
    case 'pod':
      return pod.pod;
    case 'node':
      return pod.node;
    case 'zone':
    case 'region':
      return nodes.get(pod.node)?.[tag] ?? null;
  }
}

function valuesOf(
  pods: readonly PodPlace[],
  of: (pod: PodPlace) => string | null,
): Map<string, readonly PodPlace[]> {
  const values = new Map<string, readonly PodPlace[]>();
  for (const pod of pods) {
    const value = of(pod);
    if (value !== null) values.set(value, [...(values.get(value) ?? []), pod]);
  }
  return values;
}

function tagOf(tag: 'version', value: string | null): PlacedTag[] {
  return value === null ? [] : [{ tag, value }];
}

function equal(a: readonly PodPlace[], b: readonly PodPlace[]): boolean {
  return a.length === b.length && a.every((pod) => b.includes(pod));
}
