import type { Candidate } from './candidates.ts';

/** Two sightings this close in time are one incident that paused: less than a person would call twice. */
const PAUSE_MICROS = 120_000_000;

/** Sightings of the same cause in slices that overlap become one, told in the words of the surest. */
export function merged(candidates: readonly Candidate[]): Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of [...candidates].sort((a, b) => a.p - b.p || a.firstSeen - b.firstSeen)) {
    const at = kept.findIndex((other) => same(other, candidate));
    if (at < 0) kept.push(candidate);
    else kept[at] = joined(kept[at]!, candidate);
  }
  return kept;
}

function joined(surer: Candidate, other: Candidate): Candidate {
  return {
    ...surer,
    firstSeen: Math.min(surer.firstSeen, other.firstSeen),
    lastSeen: Math.max(surer.lastSeen, other.lastSeen),
  };
}

function same(a: Candidate, b: Candidate): boolean {
  const apart = Math.max(a.firstSeen, b.firstSeen) - Math.min(a.lastSeen, b.lastSeen);
  if (apart > PAUSE_MICROS) return false;
  if (a.finding === null || b.finding === null) return unexplainedTwin(a, b);
  if (a.accused !== b.accused) return sharedPlace(a, b);
  const [one, two] = [domainsOf(a), domainsOf(b)];
  // Where one sighting found no tag, it had too little to find the other's.
  return one.length === 0 || two.length === 0 || one.some((domain) => two.includes(domain));
}

/** What nothing explains in one slice is the incident the other slice explains, where its signals are among that one's. */
function unexplainedTwin(a: Candidate, b: Candidate): boolean {
  const edges = (of: Candidate): string[] =>
    of.signals.map(({ edge, signal }) => JSON.stringify([edge, signal]));
  const [one, two] = [edges(a), edges(b)];
  return one.some((signal) => two.includes(signal));
}

/** A place accuses whichever workload shows it best; it is the place that is the same. */
function sharedPlace(a: Candidate, b: Candidate): boolean {
  if (a.finding?.ends === undefined || b.finding?.ends === undefined) return false;
  return domainsOf(a).some((domain) => domainsOf(b).includes(domain));
}

/** A domain and what cannot be told from it, as text; empty where no tag explains it. */
function domainsOf({ finding }: Candidate): string[] {
  if (finding === null || finding.domain.length === 0) return [];
  return [finding.domain, ...finding.aliases].map((domain) => JSON.stringify(domain));
}
