import { z } from '@hono/zod-openapi';
import { why } from '../../../analysis/index.ts';
import { type ReportDocument, toJson } from '../../report/index.ts';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { nameParameter, noData, resolve } from '../names.ts';
import { HttpProblem } from '../problem.ts';
import { PeriodSchema, timeParameter } from '../time.ts';

const TagSchema = z.object({ side: z.enum(['client', 'server']), tag: z.string(), value: z.string() });
const CountSchema = z.object({ bad: z.number(), total: z.number(), rate: z.number() });
const EdgeSchema = z.object({ client: z.string(), server: z.string(), port: z.int() });

/** The report, as `why --json` prints it. */
export const ReportSchema = z
  .looseObject({
    service: z.string(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    baseline: PeriodSchema,
    verdict: z.enum(['anomalous', 'healthy', 'not enough data']),
    missing: z.string().nullable(),
    text: z.string(),
    signals: z.array(
      z.looseObject({
        edge: EdgeSchema,
        signal: z.string(),
        was: z.number().nullable(),
        is: z.number().nullable(),
        unit: z.string(),
        requests: z.number(),
        p: z.number(),
      }),
    ),
    findings: z.array(
      z.looseObject({
        rank: z.int(),
        origin: z.union([EdgeSchema, z.object({ workload: z.string(), namespace: z.string() })]),
        domain: z.array(TagSchema),
        ends: z.enum(['either', 'border']).nullable(),
        aliases: z.array(z.array(TagSchema)),
        mechanism: z.string(),
        probability: z.number(),
        explains: z.number(),
        inside: CountSchema,
        outside: CountSchema,
        also: z.array(z.object({ signal: z.string(), inside: CountSchema, outside: CountSchema })),
        onset: z.iso.datetime(),
        change: z.object({ kind: z.string(), what: z.string(), at: z.iso.datetime() }).nullable(),
        ruledOut: z.array(z.object({ domain: z.array(TagSchema), because: z.string() })),
        text: z.string(),
      }),
    ),
    blastRadius: z.array(z.object({ workload: z.string(), namespace: z.string(), share: z.number() })),
    coverage: z.looseObject({ seen: z.number(), lost: z.number(), text: z.string() }),
  })
  .openapi('Report');

const query = z.object({
  service: nameParameter,
  at: timeParameter.optional(),
  from: timeParameter.optional(),
  to: timeParameter.optional(),
});

export const whyEndpoint = endpoint('/why', 'Why is a service slow or failing', query, ReportSchema);

export async function whyAnswer(
  { sources }: Answers,
  { service, at, from, to }: z.output<typeof query>,
): Promise<ReportDocument> {
  const { reader } = sources;
  if ((from === undefined) !== (to === undefined) || (from !== undefined && at !== undefined)) {
    throw new HttpProblem(400, 'FL-551', 'A period needs both ends', 'Give from and to, or at alone.');
  }
  if (from !== undefined && to !== undefined && from >= to) {
    throw new HttpProblem(400, 'FL-551', 'The period ends before it begins', 'Give from before to.');
  }
  if ((await reader.range()) === null) throw noData();
  return toJson(
    await why(reader, {
      service: await resolve(reader, service),
      ...(at === undefined ? {} : { at }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    }),
  );
}
