import { z } from '@hono/zod-openapi';
import { CAPACITY_KINDS, capacityOf } from '../../../analysis/index.ts';
import { capacityJson } from '../../report/observations.ts';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { momentOf } from '../moment.ts';
import { noData } from '../names.ts';
import { timeParameter } from '../time.ts';

/** With its 95 % interval; `high` is null where nothing bounds it. */
const EstimateSchema = z
  .object({ estimate: z.number(), low: z.number(), high: z.number().nullable() })
  .openapi('Estimate');

export const CapacitySchema = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    items: z.array(
      z.object({
        kind: z.enum(CAPACITY_KINDS),
        subject: z.string(),
        instance: z.string().nullable(),
        what: z.string(),
        state: z.enum(['full', 'near', 'filling', 'growing']),
        used: z.number(),
        limit: EstimateSchema.nullable(),
        ended: z.number(),
        perHour: EstimateSchema.nullable(),
        timeLeftSeconds: EstimateSchema.nullable(),
        p: z.number(),
        at: z.iso.datetime(),
        text: z.string(),
      }),
    ),
    looked: z.int(),
    more: z.int(),
  })
  .openapi('Capacity');

const query = z.object({ at: timeParameter.optional() });

export const capacityEndpoint = endpoint(
  '/capacity',
  'What is about to break, what breaks first at the top, with the time left',
  query,
  CapacitySchema,
);

export async function capacityAnswer(
  { sources }: Answers,
  { at }: z.output<typeof query>,
): Promise<z.input<typeof CapacitySchema>> {
  const moment = await momentOf(sources, at);
  const found = await capacityOf(sources.reader, moment.at);
  if (found === null) throw noData();
  return capacityJson(found);
}
