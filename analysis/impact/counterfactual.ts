import {
  type Histogram,
  histogramFromEntries,
  histogramTotal,
  mergeHistograms,
  quantile,
} from '../../probe/index.ts';
import type { Cause } from '../cause.ts';
import { sumCounts } from '../counts.ts';
import type { EdgeEvidence } from '../detect.ts';
import type { Finding } from '../finding.ts';
import { ENOUGH_EVENTS } from '../thresholds.ts';

/**
 * What the service's own numbers would be without a cause: the share of failed requests for errors and failures, else
 * the P99.
 *
 * Where the domain is part of the service's own inbound traffic this is exact: its leaves are taken out of the merged
 * counts. Further down it is an approximation: the requests the cause explains are given the baseline's distribution,
 * the rest keep the present one. That needs the cause to be the only one; with several the answer is `null`.
 *
 * @param edges the edges the service is judged by
 */
export function counterfactual(
  cause: Cause,
  causes: readonly Cause[],
  edges: readonly EdgeEvidence[],
  anomalous: { readonly latency: boolean; readonly errors: boolean },
): Finding['counterfactual'] {
  const name = cause.located.cube.measure.name;
  const failing = name === 'errors' || name === 'connect failures' || name === 'resets';
  const errors = anomalous.errors && (failing || !anomalous.latency);
  if (!errors && !anomalous.latency) return null;
  const removed = withoutDomain(cause, edges);
  if (removed === null && causes.length > 1) return null;
  const now = sumCounts(edges.map((edge) => edge.now));
  const before = sumCounts(edges.map((edge) => edge.before));
  const share = cause.located.explains;
  if (errors) {
    const rate = ({ failedRequests, requests }: typeof now): number => failedRequests / Math.max(1, requests);
    const would = removed ? rate(removed) : share * rate(before) + (1 - share) * rate(now);
    return gain('errors', rate(now), would);
  }
  const latency = removed ? removed.latency : blend(now.latency, before.latency, share);
  const [is, would] = [quantile(now.latency, 0.99), quantile(latency, 0.99)];
  return is === null || would === null ? null : gain('latency', is / 1000, would / 1000);
}

/** A number that would not be better says nothing about the cause: the tail belongs to something else. */
function gain(signal: string, is: number, would: number): Finding['counterfactual'] {
  return would < is ? { signal, is, would } : null;
}

function withoutDomain({ located }: Cause, edges: readonly EdgeEvidence[]) {
  const { candidate, cube } = located;
  if (candidate.tags.length === 0) return null;
  const inside = new Set(candidate.members.map((i) => cube.leaves[i]!));
  const leaves = edges.flatMap((edge) => edge.leaves);
  const outside = leaves.filter((leaf) => !inside.has(leaf));
  const rest = sumCounts(outside.map((leaf) => leaf.now));
  return outside.length < leaves.length && rest.requests >= ENOUGH_EVENTS ? rest : null;
}

/** A histogram that holds `share` of the past's shape and the rest of the present's. */
function blend(now: Histogram, before: Histogram, share: number): Histogram {
  return mergeHistograms(
    scaled(now, (1 - share) / histogramTotal(now)),
    scaled(before, share / histogramTotal(before)),
  );
}

function scaled({ buckets, counts }: Histogram, factor: number): Histogram {
  return histogramFromEntries(buckets.map((bucket, i) => [bucket, counts[i]! * factor] as const));
}
