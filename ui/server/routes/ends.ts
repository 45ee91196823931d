import { z } from '@hono/zod-openapi';
import type { Leaf } from '../../../graph/index.ts';
import { MAX_ENDS } from '../limits.ts';
import { millis } from '../numbers.ts';
import { addCounts } from './sum.ts';

const value = z.string().nullable();

/** The instances at one end of an edge, busiest first. */
export const EndSchema = z
  .object({
    instances: z.array(
      z.object({
        name: z.string(),
        version: value,
        node: value,
        zone: value,
        requests: z.int(),
        connections: z.int(),
        failedRequests: z.int(),
        p99Ms: z.number().nullable(),
      }),
    ),
    more: z.int(),
  })
  .openapi('EdgeEnd');

export function ends(leaves: readonly Leaf[], side: 'client' | 'server'): z.infer<typeof EndSchema> {
  const groups = new Map<string, Leaf[]>();
  for (const leaf of leaves) {
    const { tags } = leaf[side];
    const key = JSON.stringify([tags.pod ?? tags.address ?? tags.process ?? null, tags.version, tags.node]);
    groups.set(key, [...(groups.get(key) ?? []), leaf]);
  }
  const instances = [...groups.values()].map((group) => {
    const { tags, candidates } = group[0]![side];
    const counts = addCounts(group.map((leaf) => leaf.counts));
    return {
      name: tags.pod ?? tags.address ?? tags.process ?? tags.service ?? candidates[0] ?? 'unknown',
      version: tags.version ?? null,
      node: tags.node ?? null,
      zone: tags.zone ?? null,
      requests: counts.requests,
      connections: counts.opened,
      failedRequests: counts.failedRequests,
      p99Ms: millis(counts.latency, 0.99),
    };
  });
  instances.sort(
    (a, b) => b.requests - a.requests || b.connections - a.connections || (a.name < b.name ? -1 : 1),
  );
  return { instances: instances.slice(0, MAX_ENDS), more: Math.max(0, instances.length - MAX_ENDS) };
}

export const CrossZoneSchema = z
  .object({
    /** Share that crosses zones, of what has a zone at both ends. */
    share: z.number(),
    of: z.enum(['requests', 'connections']),
    known: z.int(),
  })
  .openapi('CrossZone');

/** `null` where no zone is known at both ends. Long-lived connections open rarely, so requests count where there are any. */
export function crossZone(leaves: readonly Leaf[]): z.infer<typeof CrossZoneSchema> | null {
  const zoned = leaves.filter(({ client, server }) => client.tags.zone && server.tags.zone);
  const of = zoned.some(({ counts }) => counts.requests > 0) ? 'requests' : 'connections';
  const weight = ({ counts }: Leaf): number => (of === 'requests' ? counts.requests : counts.opened);
  const known = zoned.reduce((sum, leaf) => sum + weight(leaf), 0);
  if (known === 0) return null;
  const crossing = zoned
    .filter(({ client, server }) => client.tags.zone !== server.tags.zone)
    .reduce((sum, leaf) => sum + weight(leaf), 0);
  return { share: crossing / known, of, known };
}
