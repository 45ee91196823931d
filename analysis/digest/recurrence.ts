import type { EdgeReader, Period } from '../../graph/index.ts';
import { edgeId } from '../keys.ts';
import { sampleOf } from '../measure.ts';
import { ENOUGH_BAD } from '../thresholds.ts';
import type { Candidate } from './candidates.ts';
import { daysEarlier } from './night.ts';

/** Nights looked back at. */
const NIGHTS = 14;
/** What happened on so many nights before, and on all that are known, is a habit and no news. */
const HABIT = 3;
const HALF = 0.5;

/**
 * Nights before this one on which the same edges showed the same signal at the same time of day, at least half as much:
 * starts in microseconds, newest first; as far back as it happened every night the store knows.
 */
export async function happenedBefore(
  reader: EdgeReader,
  { cause, evidence }: Candidate,
  range: Period,
  zone: string,
): Promise<number[]> {
  if (cause === null) return [];
  const tonight = await raisedBy(reader, { cause, evidence }, evidence.period);
  const nights: number[] = [];
  for (let back = 1; back <= NIGHTS && tonight !== null && tonight > 0; back++) {
    const period = {
      from: daysEarlier(evidence.period.from, back, zone),
      to: daysEarlier(evidence.period.to, back, zone),
    };
    if (period.from < range.from) break;
    const raised = await raisedBy(reader, { cause, evidence }, period);
    if (raised === null) continue;
    if (raised < HALF * tonight) break;
    nights.push(period.from);
  }
  return nights;
}

export function isHabit(nights: readonly number[]): boolean {
  return nights.length >= HABIT;
}

/** By how much the share of bad events lay above tonight's usual; `null` where there was too little to say. */
async function raisedBy(
  reader: EdgeReader,
  {
    cause,
    evidence,
  }: { readonly cause: NonNullable<Candidate['cause']>; readonly evidence: Candidate['evidence'] },
  period: Period,
): Promise<number | null> {
  const { measure } = cause.located.cube;
  let [bad, total, usual] = [0, 0, 0];
  for (const row of await reader.series(period, cause.edges)) {
    const baseline = evidence.baselines.get(edgeId(row))?.get(measure.name);
    if (baseline === undefined || baseline.threshold === null) continue;
    const sample = sampleOf(measure, row.counts, baseline.threshold);
    bad += sample.bad;
    total += sample.total;
    usual += sample.total * baseline.belief.mean;
  }
  return total < ENOUGH_BAD ? null : (bad - usual) / total;
}
