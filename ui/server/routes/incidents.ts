import { z } from '@hono/zod-openapi';
import { incidentDocument } from '../../digest/index.ts';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { noData } from '../names.ts';
import { HttpProblem } from '../problem.ts';
import { isoPeriod, PeriodSchema, timeParameter } from '../time.ts';
import { IncidentSchema } from './digest.ts';

/** What one answer may look through: a day is a minute of work on a busy store. */
const MAX_PERIOD = 86_400_000_000;
/** Looked through unless a period is given: the last hours, as far as somebody remembers. */
const DEFAULT_PERIOD = 3 * 3_600_000_000;

const IncidentsSchema = z
  .object({ period: PeriodSchema, incidents: z.array(IncidentSchema), expectedFalse: z.number() })
  .openapi('Incidents');

const query = z.object({ from: timeParameter.optional(), to: timeParameter.optional() });

export const incidentsEndpoint = endpoint(
  '/incidents',
  'What happened in a period (the last three hours if left out), worst first',
  query,
  IncidentsSchema,
);

export async function incidentsAnswer({ sources, nights }: Answers, asked: z.output<typeof query>) {
  const range = await sources.reader.range();
  if (range === null) throw noData();
  const to = Math.min(asked.to ?? range.to, range.to);
  const from = Math.max(asked.from ?? to - DEFAULT_PERIOD, range.from);
  if (from >= to) {
    throw new HttpProblem(
      400,
      'FL-551',
      'The period ends before it begins, or nothing was recorded then',
      'Give from before to.',
    );
  }
  if (to - from > MAX_PERIOD) {
    throw new HttpProblem(400, 'FL-551', 'The period is longer than a day', 'Ask for a day at a time.');
  }
  const digest = await nights.of({ from, to, zone: 'UTC' }, range);
  const incidents = digest === null ? [] : [...digest.incidents, ...digest.silenced];
  return {
    period: isoPeriod({ from, to }),
    incidents: incidents.map((incident) => incidentDocument(incident, 'UTC')),
    expectedFalse: digest?.expectedFalse ?? 0,
  };
}
