import { z } from '@hono/zod-openapi';
import { EVENT_KINDS, eventsOf } from '../../../analysis/index.ts';
import { observationsJson } from '../../report/observations.ts';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { momentOf } from '../moment.ts';
import { HttpProblem } from '../problem.ts';
import { PeriodSchema, timeParameter } from '../time.ts';

const KindSchema = z.enum(EVENT_KINDS);
const name = z.string().nullable();

export const ObservationsSchema = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    history: PeriodSchema,
    intervalSeconds: z.number(),
    events: z.array(
      z.object({
        kind: KindSchema,
        subject: z.object({ client: name, server: name, port: z.int().nullable(), workload: name }),
        what: z.string().nullable(),
        at: z.iso.datetime(),
        counts: z.record(z.string(), z.number()),
        p: z.number(),
        text: z.string(),
      }),
    ),
    /** Of each kind: told, also beyond the bound; and seen, but not surprising enough. */
    counts: z.record(KindSchema, z.object({ told: z.int(), unsure: z.int() })),
    usualNewEdges: z.number().nullable(),
    missing: z.string().nullable(),
  })
  .openapi('Observations');

const query = z.object({ from: timeParameter.optional(), to: timeParameter.optional() });

export const observationsEndpoint = endpoint(
  '/observations',
  'What is new, gone or unlike the past and no anomaly of an edge, each with its counts',
  query,
  ObservationsSchema,
);

const HOUR = 3_600_000_000;

/** Without a period, the last hour; of a short recording its second half, so that there is something before it. */
export async function observationsAnswer(
  { sources }: Answers,
  { from, to }: z.output<typeof query>,
): Promise<z.input<typeof ObservationsSchema>> {
  const { range } = await momentOf(sources);
  const end = to ?? range.to;
  const begin = from ?? Math.max(end - HOUR, (range.from + end) / 2);
  if (begin >= end) {
    throw new HttpProblem(
      400,
      'FL-402',
      'The period ends before it starts',
      'Give `from` a time before `to`.',
    );
  }
  return observationsJson(await eventsOf(sources.reader, { from: begin, to: end }));
}
