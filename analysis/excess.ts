import { mean, mergeTimes } from './counts.ts';
import type { Anomaly, EdgeEvidence } from './detect.ts';
import type { LeafPair } from './leaves.ts';
import { sampleOf } from './measure.ts';
import { ENOUGH_EVENTS } from './thresholds.ts';

/** Mean microseconds now less then; a leaf without a past is compared with its edge's. */
export function addedTime(
  edge: EdgeEvidence,
  leaf: LeafPair,
  time: 'latency' | 'service' | 'wait' | 'rtt' | 'connect',
): number {
  if (leaf.now[time].counts.length === 0) return 0;
  const past = leaf.before.requests >= ENOUGH_EVENTS ? leaf.before[time] : edge.before[time];
  return past.counts.length === 0 ? 0 : mean(leaf.now[time]) - mean(past);
}

/** Bad events of a leaf beyond what its edge's past explains; negative where there are fewer. */
export function excessOf(leaf: LeafPair, { baseline }: Pick<Anomaly, 'edge' | 'baseline'>): number {
  const { bad, total } = sampleOf(baseline.measure, leaf.now, baseline.threshold ?? 0);
  return bad - total * baseline.belief.mean;
}

/**
 * Microseconds that the calls of one client's leaves of an edge took beyond what as many took before. More calls to a server that
 * always was slower add time as well, though no server got slower: the past is that of all of the client's calls.
 */
export function addedByCalls(edge: EdgeEvidence, leaves: readonly LeafPair[]): number {
  let [requests, opened, usual] = [0, 0, 0];
  for (const { now, before } of leaves) {
    requests += now.requests;
    opened += now.opened;
    usual += before.requests;
  }
  const added = (time: 'latency' | 'connect'): number => {
    const [is, was] = [timesOf(leaves, 'now', time), timesOf(leaves, 'before', time)];
    const past = usual >= ENOUGH_EVENTS ? was : edge.before[time];
    return is.counts.length === 0 || past.counts.length === 0 ? 0 : mean(is) - mean(past);
  };
  return requests * added('latency') + opened * added('connect');
}

function timesOf(leaves: readonly LeafPair[], period: 'now' | 'before', time: 'latency' | 'connect') {
  return mergeTimes(
    leaves.map((leaf) => leaf[period]),
    time,
  );
}
