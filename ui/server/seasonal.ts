import { z } from '@hono/zod-openapi';
import type { AnomalyRow, EdgeKey } from '../../graph/index.ts';
import type { Moment } from './moment.ts';
import { edgeKey } from './names.ts';
import type { Sources } from './sources.ts';
import { byStatus, type SignalSchema, type Status } from './statuses.ts';
import { iso } from './time.ts';

export const SeasonalSchema = z
  .object({
    /** Whether anything has a seasonal baseline yet. */
    ready: z.boolean(),
    /** Since when there is one; `null` where nothing was scored. */
    since: z.iso.datetime().nullable(),
    text: z.string(),
  })
  .openapi('Seasonal');

/** Signals that somebody who waits for an answer feels; the others are warnings. */
const FELT: ReadonlySet<string> = new Set([
  'connect failures',
  'errors',
  'latency',
  'resets',
  'dns failures',
]);
/** More or less traffic is told, and nobody's fault. */
const TOLD_ONLY = 'traffic';
const MINUTE_MICROS = 60_000_000;
/** The minute that was scored last ends up to two minutes ago. */
const SCORED_WITHIN_MICROS = 3 * MINUTE_MICROS;
const HOUR_MICROS = 3_600_000_000;

/** Anomalies against the seasonal baseline that were open at a moment, and what that baseline rests on. */
export async function seasonalOf(
  { reader, scores }: Sources,
  { at }: Moment,
): Promise<{ readonly seasonal: z.input<typeof SeasonalSchema>; readonly open: readonly AnomalyRow[] }> {
  const recorded = await reader.anomalies({ from: at - SCORED_WITHIN_MICROS, to: at });
  const open = recorded.filter(({ ended, signal }) => signal !== TOLD_ONLY && (ended === null || ended > at));
  const past = scores?.().past;
  if (past === undefined) {
    const text = 'Nothing is scored here: edges are compared with the hour before.';
    return { seasonal: { ready: recorded.length > 0, since: null, text }, open };
  }
  const since = past.from === null ? null : iso(past.from);
  if (past.ready === 0) {
    const text = `There is too little past for a seasonal baseline yet (${past.steps} minutes): edges are compared with the hour before.`;
    return { seasonal: { ready: false, since, text }, open };
  }
  const text = `Edges are compared with what is usual at this hour of the week, known from ${lasted(past.to! - past.from!)}, and with the hour before.`;
  return { seasonal: { ready: true, since, text }, open };
}

function lasted(micros: number): string {
  const hours = micros / HOUR_MICROS;
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  if (hours >= 2) return `${Math.floor(hours)} hours`;
  return `${Math.round(micros / MINUTE_MICROS)} minutes`;
}

export interface SeasonalStatus {
  readonly edge: EdgeKey;
  readonly status: Status;
  readonly signal: z.infer<typeof SignalSchema>;
  readonly onset: number;
  readonly p: number;
}

/** The worst open anomaly of each edge, by `edgeKey`. */
export function statusesOf(open: readonly AnomalyRow[]): Map<string, SeasonalStatus> {
  const worst = new Map<string, SeasonalStatus>();
  for (const { edge, signal, was, is, unit, onset, p } of open) {
    const status = FELT.has(signal) ? 'bad' : 'warn';
    const known = worst.get(edgeKey(edge));
    if (known !== undefined && (byStatus(known.status, status) || known.p - p) <= 0) continue;
    worst.set(edgeKey(edge), { edge, status, signal: { signal, was, is, unit }, onset, p });
  }
  return worst;
}
