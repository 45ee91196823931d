import { mean } from './counts.ts';
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
