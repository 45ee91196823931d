import { z } from '@hono/zod-openapi';
import { nearest } from '../../../graph/index.ts';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { SEARCH_HITS } from '../limits.ts';
import { nameParameter, nodeName } from '../names.ts';

export const SearchSchema = z
  .object({
    query: z.string(),
    hits: z.array(z.object({ kind: z.string(), value: z.string(), service: z.string().nullable() })),
    /** The nearest names when nothing matches. */
    nearest: z.array(z.string()),
  })
  .openapi('Search');

const query = z.object({
  q: nameParameter,
  limit: z.coerce.number().int().min(1).max(100).default(SEARCH_HITS),
});

export const searchEndpoint = endpoint(
  '/search',
  'Services, pods, addresses, images and nodes that match',
  query,
  SearchSchema,
);

export async function searchAnswer(
  { sources: { reader } }: Answers,
  { q, limit }: z.output<typeof query>,
): Promise<z.input<typeof SearchSchema>> {
  const hits = await reader.search(q, limit);
  return {
    query: q,
    hits: hits.map(({ kind, value, workload }) => ({
      kind,
      value,
      service: workload === null ? null : nodeName(workload),
    })),
    nearest: hits.length > 0 ? [] : (await nearest(reader, q)).map(nodeName),
  };
}
