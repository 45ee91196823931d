import { z } from '@hono/zod-openapi';
import { PeriodSchema } from '../time.ts';

const TagSchema = z.object({ side: z.enum(['client', 'server']), tag: z.string(), value: z.string() });
const CountSchema = z.object({ bad: z.number(), total: z.number(), rate: z.number() });
const EdgeSchema = z.object({ client: z.string(), server: z.string(), port: z.int() });
const HitSchema = z.object({ workload: z.string(), namespace: z.string(), share: z.number() });

/** How much of what happened was seen. */
export const CoverageSchema = z.looseObject({ seen: z.number(), lost: z.number(), text: z.string() });

export const ReportSignalSchema = z.looseObject({
  edge: EdgeSchema,
  signal: z.string(),
  was: z.number().nullable(),
  is: z.number().nullable(),
  unit: z.string(),
  requests: z.number(),
  p: z.number(),
});

/** One finding: origin, domain, mechanism and the evidence for them. */
export const FindingSchema = z
  .looseObject({
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
    stateChange: z
      .object({
        kind: z.string(),
        what: z.string(),
        at: z.iso.datetime().nullable(),
        source: z.enum(['recorded', 'measured']),
        evidence: z.string(),
        senders: z.array(z.object({ namespace: z.string(), workload: z.string() })).optional(),
      })
      .nullable(),
    firstSymptom: z.object({ edge: EdgeSchema, signal: z.string(), at: z.iso.datetime() }).nullable(),
    impact: z.object({
      signal: ReportSignalSchema.nullable(),
      hit: z.number(),
      total: z.number(),
      workloads: z.array(HitSchema),
    }),
    ruledOut: z.array(z.object({ domain: z.array(TagSchema), because: z.string() })),
    text: z.string(),
  })
  .openapi('Finding');

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
    signals: z.array(ReportSignalSchema),
    findings: z.array(FindingSchema),
    blastRadius: z.array(HitSchema),
    coverage: CoverageSchema,
  })
  .openapi('Report');
