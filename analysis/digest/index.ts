import type { Change } from '../../enrich/index.ts';
import { type EdgeReader, type Period, WINDOW_MICROS } from '../../graph/index.ts';
import { coverageOf } from '../coverage.ts';
import { eventsOf } from '../events/index.ts';
import { nodeId } from '../keys.ts';
import { adjusted } from '../statistics/false-discoveries.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import { endedBy } from './ended.ts';
import { merged } from './merge.ts';
import { happenedBefore, isHabit } from './recurrence.ts';
import { bySeverity, severityOf, weightOf } from './severity.ts';
import { readSlice, slicesOf } from './slices.ts';
import { stretchesOf } from './stretches.ts';
import type { Digest, Incident } from './types.ts';

export { isZone, lastNight, nightOf } from './night.ts';
export type * from './types.ts';

/** Share of false ones among the incidents told that is accepted. */
export const FALSE_DISCOVERIES = 0.05;
/** Incidents told; more in one night are one disaster, and its worst say so. */
const MAX_INCIDENTS = 20;

/**
 * What happened in a night: every stretch in which something was raised, looked into the way `why` does, chance ruled out
 * over the whole night, worst first. `null` where the store holds nothing of it.
 *
 * Each slice of the night is one test of "nothing happens here": its candidates carry probabilities corrected for all
 * edges, measures and onsets of the slice, and Benjamini-Yekutieli over the slices holds the share of false incidents.
 */
export async function digest(
  reader: EdgeReader,
  night: Period & { readonly zone: string },
): Promise<Digest | null> {
  const range = await reader.range();
  if (range === null || range.from >= night.to || range.to <= night.from) return null;
  const until = Math.min(night.to, range.to);
  const slices = slicesOf({ from: Math.max(night.from, range.from), to: until });
  const candidates: Candidate[] = [];
  let [seen, watched] = [0, 0];
  for (const bounds of slices) {
    const slice = await readSlice(reader, bounds, range);
    if (slice === null) continue;
    seen = Math.max(seen, slice.seen);
    watched = Math.max(watched, slice.world.edges.length);
    for (const stretch of stretchesOf(slice.world, slice.start)) {
      candidates.push(...(await candidatesOf(reader, slice.world, stretch, until)));
    }
  }
  const found = merged(candidates).filter((one) => one.firstSeen < night.to && one.lastSeen > night.from);
  const rates = adjusted(
    found.map(({ p }) => p),
    slices.length,
  );
  const kept = found.flatMap((candidate, i) =>
    rates[i]! <= FALSE_DISCOVERIES ? [{ candidate, rate: rates[i]! }] : [],
  );
  const changes = await reader.changes({ from: night.from, to: until });
  const incidents: (Incident & { readonly weight: number })[] = [];
  for (const { candidate, rate } of kept) {
    const before = await happenedBefore(reader, candidate, range, night.zone);
    incidents.push(incidentOf(candidate, rate, { before, until, changes }));
  }
  const told = incidents.filter(({ before }) => !isHabit(before)).sort(bySeverity);
  const silenced = incidents.filter(({ before }) => isHabit(before)).sort(bySeverity);
  return {
    night,
    incidents: told.slice(0, MAX_INCIDENTS).map(bare),
    silenced: silenced.slice(0, MAX_INCIDENTS).map(bare),
    quiet: told.length === 0,
    edges: { seen, watched },
    events: (await eventsOf(reader, { from: Math.max(night.from, range.from), to: until })).events,
    expectedFalse: Math.max(0, ...told.map(({ falseDiscoveryRate }) => falseDiscoveryRate)) * told.length,
    coverage: await coverageOf(reader, { from: Math.max(night.from, range.from), to: until }),
  };
}

function incidentOf(
  candidate: Candidate,
  falseDiscoveryRate: number,
  {
    before,
    until,
    changes,
  }: { readonly before: readonly number[]; readonly until: number; readonly changes: readonly Change[] },
): Incident & { readonly weight: number } {
  const { finding, signals, firstSeen, lastSeen, services, home } = candidate;
  return {
    id: idOf(candidate),
    findings: finding === null ? [] : [finding],
    signals,
    firstSeen,
    lastSeen,
    // The newest window is usually not over.
    open: until - lastSeen <= 2 * WINDOW_MICROS,
    ended: endedBy(candidate, changes),
    severity: severityOf(candidate),
    services,
    home,
    falseDiscoveryRate,
    before,
    weight: weightOf(candidate),
  };
}

/** `20261120T030410-shop-payment`: readable, and the same for whoever asks later. */
function idOf({ firstSeen, accused, home }: Candidate): string {
  const time = new Date(firstSeen / 1000).toISOString().slice(0, 19).replace(/[-:]/g, '');
  return `${time}-${(accused || nodeId(home)).replace(/[^\w.]+/g, '-').replace(/^-|-$/g, '')}`;
}

function bare({ weight: _, ...incident }: Incident & { readonly weight: number }): Incident {
  return incident;
}
