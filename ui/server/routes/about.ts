import { z } from '@hono/zod-openapi';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { isoPeriod, PeriodSchema } from '../time.ts';

export const AboutSchema = z
  .object({
    name: z.literal('faultline'),
    version: z.string(),
    live: z.boolean(),
    /** Period that holds data; `null` for an empty store. */
    range: PeriodSchema.nullable(),
    description: z.literal('/api/v1/openapi.json'),
  })
  .openapi('About');

export const aboutEndpoint = endpoint('/', 'What this server is and holds', z.object({}), AboutSchema);

export async function aboutAnswer({ sources }: Answers): Promise<z.input<typeof AboutSchema>> {
  const range = await sources.reader.range();
  return {
    name: 'faultline',
    version: sources.version,
    live: sources.live,
    range: range === null ? null : isoPeriod(range),
    description: '/api/v1/openapi.json',
  };
}
