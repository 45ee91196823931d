import { z } from '@hono/zod-openapi';
import { why } from '../../../analysis/index.ts';
import { type ReportDocument, toJson } from '../../report/index.ts';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { nameParameter, noData, resolve } from '../names.ts';
import { HttpProblem } from '../problem.ts';
import { timeParameter } from '../time.ts';
import { ReportSchema } from './report-schema.ts';

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
