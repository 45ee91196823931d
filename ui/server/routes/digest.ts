import { z } from '@hono/zod-openapi';
import { isZone, lastNight, nightOf } from '../../../analysis/index.ts';
import { type DigestDocument, digestJson } from '../../digest/index.ts';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { noData } from '../names.ts';
import { HttpProblem } from '../problem.ts';
import { PeriodSchema } from '../time.ts';
import { CoverageSchema, FindingSchema, ReportSignalSchema } from './report-schema.ts';

export const IncidentSchema = z
  .looseObject({
    id: z.string(),
    text: z.string(),
    findings: z.array(FindingSchema),
    signals: z.array(ReportSignalSchema),
    firstSeen: z.iso.datetime(),
    lastSeen: z.iso.datetime(),
    open: z.boolean(),
    severity: z.enum(['high', 'medium', 'low']),
    services: z.array(z.string()),
    home: z.string(),
    falseDiscoveryRate: z.number(),
  })
  .openapi('Incident');

export const DigestSchema = z
  .looseObject({
    night: PeriodSchema.extend({ zone: z.string() }),
    incidents: z.array(IncidentSchema),
    quiet: z.boolean(),
    expectedFalse: z.number(),
    rate: z.number(),
    stillOpen: z.array(z.string()),
    silenced: z.array(IncidentSchema),
    edges: z.object({ seen: z.int(), watched: z.int() }),
    coverage: CoverageSchema,
  })
  .openapi('Digest');

const query = z.object({
  night: z.iso.date().optional().openapi({ description: 'The date on which the night begins' }),
  zone: z
    .string()
    .max(64)
    .refine(isZone, 'not the IANA name of a time zone')
    .default('UTC')
    .openapi({ example: 'Europe/Berlin' }),
});

export const digestEndpoint = endpoint('/digest', 'What happened in a night, ranked', query, DigestSchema);

export async function digestAnswer(
  { sources, nights }: Answers,
  { night: date, zone }: z.output<typeof query>,
): Promise<DigestDocument> {
  const range = await sources.reader.range();
  if (range === null) throw noData();
  const period = date === undefined ? (lastNight(range, zone) ?? range) : nightOf(date, zone);
  const digest = await nights.of({ ...period, zone }, range);
  if (digest !== null) return digestJson(digest);
  throw new HttpProblem(
    400,
    'FL-551',
    `Nothing was recorded in the night that begins on ${date}`,
    'Ask for another night.',
  );
}
