import { z } from '@hono/zod-openapi';
import type { EdgeKey, EdgeReader, Period } from '../../../graph/index.ts';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { MAX_CURVE_WINDOWS } from '../limits.ts';
import { CURVE_MICROS, momentOf, usualPeriod } from '../moment.ts';
import { edgeName, nameParameter, resolve } from '../names.ts';
import { millis, NumbersSchema, numbersOf, TimeSchema, timeSplit } from '../numbers.ts';
import { SignalSchema, StatusSchema } from '../statuses.ts';
import { iso, isoPeriod, PeriodSchema, timeParameter } from '../time.ts';
import { CrossZoneSchema, crossZone, EndSchema, ends } from './ends.ts';
import { addCounts } from './sum.ts';

const PointSchema = z.object({
  at: z.iso.datetime(),
  requests: z.int(),
  failed: z.int(),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
});

export const EdgeDetailSchema = z
  .object({
    client: z.string(),
    server: z.string(),
    port: z.int(),
    at: z.iso.datetime(),
    status: StatusSchema,
    signal: SignalSchema.nullable(),
    period: PeriodSchema,
    now: NumbersSchema,
    time: TimeSchema,
    /** The period before that the numbers are compared with; `null` when the data begins here. */
    usual: z.object({ period: PeriodSchema, numbers: NumbersSchema, time: TimeSchema }).nullable(),
    curve: z.array(PointSchema),
    clients: EndSchema,
    servers: EndSchema,
    crossZone: CrossZoneSchema.nullable(),
    /** SQL that returns the rows behind the numbers. */
    rows: z.string(),
  })
  .openapi('EdgeDetail');

const query = z.object({
  client: nameParameter,
  server: nameParameter,
  port: z.coerce.number().int().min(0).max(65_535),
  at: timeParameter.optional(),
  /** Period to compare with, as a report names it; without it, the time before. */
  usualFrom: timeParameter.optional(),
  usualTo: timeParameter.optional(),
});

export const edgeEndpoint = endpoint(
  '/edge',
  'One edge: now against usual, where its time goes, who is at its ends',
  query,
  EdgeDetailSchema,
);

export async function edgeAnswer(
  { sources, boards }: Answers,
  { client, server, port, at, usualFrom, usualTo }: z.output<typeof query>,
): Promise<z.input<typeof EdgeDetailSchema>> {
  const { reader } = sources;
  const edge: EdgeKey = {
    client: await resolve(reader, client),
    server: await resolve(reader, server),
    port,
  };
  const moment = await momentOf(sources, at);
  const before =
    usualFrom !== undefined && usualTo !== undefined && usualFrom < usualTo
      ? { from: usualFrom, to: usualTo }
      : usualPeriod(moment);
  const [board, leaves, curve, usual] = await Promise.all([
    boards.at(moment.at, moment.range.to),
    reader.leaves(moment.now, [edge]),
    curveOf(reader, edge, { from: Math.max(moment.range.from, moment.at - CURVE_MICROS), to: moment.at }),
    before === null ? null : countsIn(reader, edge, before),
  ]);
  const now = addCounts(leaves.map((leaf) => leaf.counts));
  return {
    ...edgeName(edge),
    at: iso(moment.at),
    ...board.of(edge),
    period: isoPeriod(moment.now),
    now: numbersOf(now, moment.now),
    time: timeSplit(now),
    usual:
      before === null || usual === null
        ? null
        : { period: isoPeriod(before), numbers: numbersOf(usual, before), time: timeSplit(usual) },
    curve,
    clients: ends(leaves, 'client'),
    servers: ends(leaves, 'server'),
    crossZone: crossZone(leaves),
    rows: reader.rowsQuery(moment.now, edge),
  };
}

async function countsIn(reader: EdgeReader, edge: EdgeKey, period: Period) {
  const windows = await reader.series(period, [edge]);
  return addCounts(windows.map((window) => window.counts));
}

async function curveOf(reader: EdgeReader, edge: EdgeKey, period: Period) {
  const windows = await reader.series(period, [edge]);
  return windows.slice(-MAX_CURVE_WINDOWS).map(({ window, counts }) => ({
    at: iso(window),
    requests: counts.requests,
    failed: counts.failedRequests,
    p50Ms: millis(counts.latency, 0.5),
    p99Ms: millis(counts.latency, 0.99),
  }));
}
