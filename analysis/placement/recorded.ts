import type { NodePlace, PodPlace } from '../../enrich/index.ts';
import { type EdgeReader, type EndpointRow, workloadOf } from '../../graph/index.ts';
import type { Placement } from './types.ts';

/** A pod that talked in the last minute of the records is there; one that a rollout took away before is not. */
const PRESENT_MICROS = 60_000_000;

/**
 * The placement the newest records show: pods that talked just now, the nodes they and others were seen on, and what each
 * answers. `null` where the store is empty. Pods that talk to nobody are not in it.
 */
export async function placementOf(reader: EdgeReader): Promise<Placement | null> {
  const range = await reader.range();
  if (range === null) return null;
  const period = { from: Math.max(range.from, range.to - PRESENT_MICROS), to: range.to };
  const seconds = (period.to - period.from) / 1_000_000;
  const pods = new Map<string, PodPlace>();
  const nodes = new Map<string, NodePlace>();
  const traffic = new Map<string, number>();
  for (const { client, server, counts } of await reader.leaves(period)) {
    for (const end of [client, server]) {
      const place = placeOfEnd(end);
      if (place === null) continue;
      pods.set(`${place.namespace}/${place.pod}`, place);
      const { node, zone, region } = end.tags;
      nodes.set(node!, { node: node!, zone: zone ?? null, region: region ?? null, open: true });
    }
    const { namespace, pod } = server.tags;
    if (pod === undefined) continue;
    const key = `${namespace ?? ''}/${pod}`;
    traffic.set(key, (traffic.get(key) ?? 0) + Math.max(counts.requests, counts.opened) / seconds);
  }
  return { pods: [...pods.values()], nodes: [...nodes.values()], traffic };
}

function placeOfEnd(end: EndpointRow): PodPlace | null {
  const { pod, node, version } = end.tags;
  if (pod === undefined || node === undefined) return null;
  return { ...workloadOf(end), pod, node, version: version ?? null };
}
