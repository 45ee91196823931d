import { z } from '@hono/zod-openapi';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { MAX_LIST_ROWS } from '../limits.ts';
import { momentOf } from '../moment.ts';
import { isoPeriod, PeriodSchema, timeParameter } from '../time.ts';

const counts = {
  seen: z.int(),
  lost: z.int(),
  ends: z.int(),
  unresolved: z.int(),
};

export const CoverageSchema = z
  .object({
    period: PeriodSchema,
    ...counts,
    nodes: z.array(z.object({ node: z.string(), reporting: z.boolean(), ...counts })),
    gaps: z.array(PeriodSchema),
    /** Optional parts of the probe that do not run, and what is missing without them. */
    features: z.array(
      z.object({ name: z.string(), state: z.string(), reason: z.string(), lost: z.string() }),
    ),
  })
  .openapi('Coverage');

const query = z.object({ at: timeParameter.optional() });

export const coverageEndpoint = endpoint(
  '/coverage',
  'What was seen, lost and left unnamed',
  query,
  CoverageSchema,
);

export async function coverageAnswer(
  { sources }: Answers,
  { at }: z.output<typeof query>,
): Promise<z.input<typeof CoverageSchema>> {
  const { now } = await momentOf(sources, at);
  const [rows, gaps] = await Promise.all([sources.reader.coverage(now), sources.reader.gaps(now)]);
  const nodes = new Map<string, { reporting: boolean } & Counts>();
  for (const row of rows) {
    const known = nodes.get(row.node) ?? { reporting: false, ...NONE };
    nodes.set(row.node, { reporting: known.reporting || row.reporting, ...add(known, row) });
  }
  return {
    period: isoPeriod(now),
    ...[...nodes.values()].reduce<Counts>(add, NONE),
    nodes: [...nodes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, MAX_LIST_ROWS)
      .map(([node, entry]) => ({ node, ...entry })),
    gaps: gaps.map(isoPeriod),
    // A stand-in that does all its better does is no gap.
    features: (sources.features?.() ?? []).filter(({ state, lost }) => state !== 'on' && lost !== ''),
  };
}

interface Counts {
  readonly seen: number;
  readonly lost: number;
  readonly ends: number;
  readonly unresolved: number;
}

const NONE: Counts = { seen: 0, lost: 0, ends: 0, unresolved: 0 };

function add(a: Counts, b: Counts): Counts {
  return {
    seen: a.seen + b.seen,
    lost: a.lost + b.lost,
    ends: a.ends + b.ends,
    unresolved: a.unresolved + b.unresolved,
  };
}
