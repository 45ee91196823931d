import type { Histogram } from '../probe/index.ts';
import type { Baselines } from './baseline.ts';
import { mean } from './counts.ts';
import type { EdgeEvidence } from './detect.ts';
import { addedTime, excessOf } from './excess.ts';
import { groupBy } from './group.ts';
import type { LeafPair } from './leaves.ts';
import { SERVED, sampleOf } from './measure.ts';
import { OWN_SHARE, TIME_FLOOR_MICROS } from './thresholds.ts';

/** Standard deviations by which luck may have given a leaf more of the losses than its share. */
const LUCK = 2;

/**
 * Share of the time its server took over a leaf's requests that is its own, though segments are lost below. What losses add comes in
 * few large pieces: they weigh much in means and little in how many requests are slow, so that both are asked. Of a leaf with few
 * requests more than its share may be luck, which all that the instance answers has less of.
 *
 * @param below microseconds that the calls of an instance took longer than before, per request it answered
 */
export function servedShares(
  edges: readonly EdgeEvidence[],
  baselines: Baselines,
  below: (instance: string) => number,
): (edge: EdgeEvidence, leaf: LeafPair) => number {
  let calls: ReadonlyMap<string, Calls> | null = null;
  const byInstance = new Map<EdgeEvidence, ReadonlyMap<string, LeafPair[]>>();
  const besideOf = (edge: EdgeEvidence, { serverInstance }: LeafPair): LeafPair[] => {
    let instances = byInstance.get(edge);
    if (instances === undefined) {
      instances = groupBy(edge.leaves, (each) => each.serverInstance);
      byInstance.set(edge, instances);
    }
    return instances.get(serverInstance)!;
  };
  return (edge, leaf) => {
    const added = below(leaf.serverInstance);
    const beside = besideOf(edge, leaf);
    const requests = beside.reduce((sum, { now }) => sum + now.requests, 0);
    const whole =
      beside.reduce((sum, one) => sum + one.now.requests * addedTime(edge, one, 'service'), 0) / requests;
    calls ??= callsOf(edges, baselines);
    const made = calls.get(leaf.serverInstance) ?? NO_CALLS;
    const own = Math.max(
      beyondLuck(addedTime(edge, leaf, 'service'), added, made, leaf.now.requests),
      beyondLuck(whole, added, made, requests),
    );
    if (own >= OWN_SHARE) return own;
    // Delays that are none by themselves may add up to one.
    if (made.added >= TIME_FLOOR_MICROS) return 0;
    const slow = Math.max(
      slowByItself(edge, [leaf], baselines, made.late),
      slowByItself(edge, beside, baselines, made.late),
    );
    return slow < OWN_SHARE ? 0 : slow;
  };
}

/** Share of an added time that is more than the calls below may have given so many requests by luck. */
function beyondLuck(added: number, below: number, made: Calls, requests: number): number {
  if (added <= 0) return 0;
  const pieces = Math.max(0, below - Math.max(0, made.added));
  return 1 - (below + pieces * luck(made.late, requests)) / added;
}

/** By which share more of the requests may have had late calls than usually have; none where all of them have. */
function luck(late: number, requests: number): number {
  return late > 0 ? LUCK * Math.sqrt(Math.max(0, 1 - late) / (late * requests)) : 0;
}

/** Share of the slow requests of some leaves of one instance beyond those that its late calls can have made slow. */
function slowByItself(
  edge: EdgeEvidence,
  leaves: readonly LeafPair[],
  baselines: Baselines,
  late: number,
): number {
  const baseline = baselines.get(edge.id)?.get('latency');
  if (baseline === undefined || baseline.threshold === null) return 0;
  let [excess, requests] = [0, 0];
  for (const { now } of leaves) {
    const { bad, total } = sampleOf(SERVED, now, baseline.threshold);
    excess += bad - total * baseline.belief.mean;
    requests += now.requests;
  }
  const expected = requests * late;
  return excess <= 0 ? 0 : 1 - (expected * (1 + luck(late, requests))) / excess;
}

/** What the calls of an instance do to a request it answers, on average. */
interface Calls {
  /** Calls that took too long, beyond as many as before; each makes at most one request slow. */
  readonly late: number;
  /** Microseconds that all others took longer than before. */
  readonly added: number;
}

const NO_CALLS: Calls = { late: 0, added: 0 };

function callsOf(edges: readonly EdgeEvidence[], baselines: Baselines): Map<string, Calls> {
  const sums = new Map<string, { requests: number; late: number; added: number }>();
  const of = (instance: string) => {
    const sum = sums.get(instance) ?? { requests: 0, late: 0, added: 0 };
    sums.set(instance, sum);
    return sum;
  };
  for (const edge of edges) {
    const baseline = baselines.get(edge.id)?.get('latency');
    for (const leaf of edge.leaves) {
      of(leaf.serverInstance).requests += leaf.now.requests;
      if (baseline === undefined || baseline.threshold === null) continue;
      const sum = of(leaf.clientInstance);
      sum.late += Math.max(0, excessOf(leaf, { edge, baseline }));
      const [is, was] = [leaf.now, edge.before].map(({ latency }) => inTime(latency, baseline.threshold!));
      if (is!.counts.length > 0 && was!.counts.length > 0)
        sum.added += leaf.now.requests * (mean(is!) - mean(was!));
    }
  }
  return new Map(
    [...sums].map(([instance, { requests, late, added }]) => [
      instance,
      requests > 0 ? { late: late / requests, added: added / requests } : NO_CALLS,
    ]),
  );
}

/** The part of a histogram that is not slow. */
function inTime({ buckets, counts }: Histogram, threshold: number): Histogram {
  const end = buckets.findIndex((bucket) => bucket > threshold);
  return end < 0 ? { buckets, counts } : { buckets: buckets.slice(0, end), counts: counts.slice(0, end) };
}
