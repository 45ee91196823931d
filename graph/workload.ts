import type { Endpoint } from '../enrich/index.ts';
import type { NodeKey } from './types.ts';

/**
 * The workload an endpoint belongs to, or what stands for one. Stand-ins live in the namespace `''`: a service whose
 * pod is not known as `name.namespace` (the form DNS gives it, so it never merges with a workload of that name), a
 * node or an address by its name.
 */
export function workloadOf({ tags, resolution, candidates }: Endpoint): NodeKey {
  if (tags.workload !== undefined) return { namespace: tags.namespace ?? '', workload: tags.workload };
  return { namespace: '', workload: standIn(tags, resolution, candidates) };
}

function standIn(
  tags: Endpoint['tags'],
  resolution: Endpoint['resolution'],
  candidates: readonly string[],
): string {
  if (tags.service !== undefined) {
    return tags.namespace === undefined ? tags.service : `${tags.service}.${tags.namespace}`;
  }
  const outside = resolution === 'node' ? tags.node : tags.address;
  return outside ?? tags.node ?? tags.address ?? tags.process ?? candidates[0] ?? 'unknown';
}

/** A key of a workload for maps: no Kubernetes name holds a slash, so the first one parts the two. */
export function keyText({ namespace, workload }: NodeKey): string {
  return `${namespace}/${workload}`;
}

export function compareKeys(a: NodeKey, b: NodeKey): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.workload === b.workload ? 0 : a.workload < b.workload ? -1 : 1;
}
