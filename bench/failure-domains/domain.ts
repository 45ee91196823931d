import type { Pod } from './topology.ts';

export type Side = 'client' | 'server';
export const TAGS = ['version', 'pod', 'node', 'zone'] as const;
export type TagName = (typeof TAGS)[number];

export interface Tag {
  readonly side: Side;
  readonly tag: TagName;
  readonly value: string;
}

/** A set of endpoint pairs that has a name. */
export interface Domain {
  /** The workload at an end; left out where it may be any. */
  readonly client?: string;
  readonly server?: string;
  readonly tags: readonly Tag[];
  /** Which ends must be in a place: the ends named, either of them, or exactly one. */
  readonly ends: 'as said' | 'either' | 'border';
}

export function holds({ client, server, tags, ends }: Domain, from: Pod, to: Pod): boolean {
  if (client !== undefined && from.workload !== client) return false;
  if (server !== undefined && to.workload !== server) return false;
  if (ends === 'as said') {
    for (const tag of tags) if (!has(tag.side === 'client' ? from : to, tag)) return false;
    return true;
  }
  const [one, other] = tags;
  if (other !== undefined) return (has(from, one!) && has(to, other)) || (has(to, one!) && has(from, other));
  const ways = (has(from, one!) ? 1 : 0) + (has(to, one!) ? 1 : 0);
  return ends === 'either' ? ways > 0 : ways === 1;
}

export function tagValue(pod: Pod, tag: TagName): string {
  return tag === 'pod' ? pod.name : pod[tag];
}

function has(pod: Pod, { tag, value }: Tag): boolean {
  return tagValue(pod, tag) === value;
}

/** A name for comparing; the workloads are part of the set, not of the name. */
export function nameOf({ tags, ends }: Pick<Domain, 'tags' | 'ends'>): string {
  const parts = tags.map(({ side, tag, value }) => `${side} ${tag}=${value}`).sort();
  return `${parts.join(' & ')}${ends === 'as said' ? '' : ` (${ends})`}`;
}
