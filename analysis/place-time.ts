import { sumCounts } from './counts.ts';
import type { EdgeEvidence } from './detect.ts';
import type { Evidence } from './evidence.ts';
import { addedTime } from './excess.ts';
import type { Mechanism, TimeSplit } from './finding.ts';
import type { LeafPair } from './leaves.ts';
import type { Located } from './localise/index.ts';
import { MEASURES, sampleOf } from './measure.ts';
import { type Inside, mechanismOf, spentAtServer, splitOf } from './mechanism.ts';
import type { Ownership } from './originate.ts';
import { TIME_FLOOR_MICROS } from './thresholds.ts';

const LATENCY = MEASURES.find(({ name }) => name === 'latency')!;

/** What is held up at a place accounts for at least this part of what its own calls lost on the way. */
const HALF = 0.5;

/** What a cause does, and where the time went. */
interface Told {
  readonly mechanism: Mechanism;
  readonly split: TimeSplit;
}

/**
 * Of a place whose traffic seems slow on the way: whether it is the place that is held up. A process that does not run reads its answers
 * late, which its own calls show as time between the two ends; only the calls it answers tell that time apart, by their wait before
 * read and their service. So these are pooled over all edges into the place, also those too thin to be accused, and decide if what
 * they lost at the place is as much as what is lost on the way. `null`: they do not say so.
 */
export function heldUp(
  evidence: Evidence,
  ownership: Ownership,
  { candidate: { comparable, tags } }: Located,
  inside: Inside,
  { mechanism, split }: Told,
): Told | null {
  const [place] = tags;
  if (comparable.kind !== 'place' || tags.length !== 1 || mechanism !== 'network latency') return null;
  const into = (leaf: LeafPair): boolean =>
    leaf.now.requests > 0 && leaf.server.tags[place!.tag as 'node'] === place!.value;
  const leaves = evidence.edges.flatMap((edge) => edge.leaves.filter(into));
  if (leaves.length === 0) return null;
  const [now, before] = [
    sumCounts(leaves.map((leaf) => leaf.now)),
    sumCounts(leaves.map((leaf) => leaf.before)),
  ];
  const length = inside.now.requests > 0 ? inside.rate / inside.now.requests : 0;
  const past = inside.before.requests > 0 ? inside.usualRate / inside.before.requests : 0;
  const answering: Inside = {
    ...inside,
    measure: LATENCY,
    now,
    before,
    ownService: ownService(evidence.edges, ownership, leaves),
    excessRate: slowShare(evidence, leaves),
    rate: now.requests * length,
    usualRate: before.requests * past,
  };
  const there = splitOf(answering);
  const spent = (there.service ?? 0) + (there.wait ?? 0);
  if (!spentAtServer(there) || spent < TIME_FLOOR_MICROS / 1000) return null;
  if (spent < HALF * (split.network ?? 0)) return null;
  return { mechanism: mechanismOf(answering, there), split: there };
}

/** Share of the requests of some leaves that are slow beyond what their edges' past explains. */
function slowShare({ baselines }: Evidence, leaves: readonly LeafPair[]): number {
  let [excess, all] = [0, 0];
  for (const leaf of leaves) {
    const baseline = baselines.get(leaf.edgeId)?.get('latency');
    if (baseline === undefined || baseline.threshold === null) continue;
    const { bad, total } = sampleOf(LATENCY, leaf.now, baseline.threshold);
    excess += bad - total * baseline.belief.mean;
    all += total;
  }
  return all > 0 ? excess / all : 0;
}

/** Share of the service time added to some leaves that their servers did not spend waiting for their own calls. */
export function ownService(
  all: readonly EdgeEvidence[],
  ownership: Ownership,
  leaves: readonly LeafPair[],
): number {
  const edges = new Map(all.map((edge) => [edge.id, edge]));
  let [added, below] = [0, 0];
  for (const leaf of leaves) {
    added += leaf.now.requests * Math.max(0, addedTime(edges.get(leaf.edgeId)!, leaf, 'service'));
    below += leaf.now.requests * ownership.below(leaf);
  }
  return added > 0 ? Math.min(1, Math.max(0, 1 - below / added)) : 1;
}
