import type { EdgeCounts, Leaf } from '../../graph/index.ts';
import { bucketOf, lowerBound } from '../../probe/index.ts';
import type { Random } from '../statistics/random.ts';
import { binomial } from './binomial.ts';

/** A fault put into a copy of the counts: what it does, and to which part of a workload's traffic. */
export interface SyntheticFault {
  /** `a 1 % error rise` */
  readonly name: string;
  /** The tag of the server all of whose traffic is hit. */
  readonly part: 'pod' | 'version' | 'zone';
  /** Share of the good requests that turn bad. */
  readonly errors?: number;
  /** Factor on the time of every request, at the server. */
  readonly slower?: number;
}

/** What the digest tells of by default: faults a person would want to hear of, from barely to plainly visible. */
export const STANDARD_FAULTS: readonly SyntheticFault[] = [
  { name: 'a 1 % error rise', part: 'pod', errors: 0.01 },
  { name: 'a 5 % error rise', part: 'pod', errors: 0.05 },
  { name: 'a 1 % error rise', part: 'version', errors: 0.01 },
  { name: 'doubled times', part: 'pod', slower: 2 },
];

type Buckets = ReadonlyMap<number, number>;

/** What a fault adds to the counts of one leaf in one window; histograms may lose what they gain elsewhere. */
export interface Added {
  readonly failedRequests: number;
  readonly latency: Buckets;
  readonly service: Buckets;
}

/** The copy of one leaf's window with the fault in it, as the difference to the original. */
export function addedBy(fault: SyntheticFault, { counts }: Pick<Leaf, 'counts'>, random: Random): Added {
  const good = Math.max(0, counts.requests - counts.failedRequests);
  return {
    failedRequests: fault.errors === undefined ? 0 : binomial(random, good, fault.errors),
    latency: shifted(counts.latency, fault.slower),
    service: shifted(counts.service, fault.slower),
  };
}

/** Every bucket moves to where its times are after the factor: exact up to the width of a bucket. */
function shifted({ buckets, counts }: EdgeCounts['latency'], factor = 1): Buckets {
  const moved = new Map<number, number>();
  if (factor === 1) return moved;
  const add = (bucket: number, count: number): void =>
    void moved.set(bucket, (moved.get(bucket) ?? 0) + count);
  for (let i = 0; i < buckets.length; i++) {
    add(buckets[i]!, -counts[i]!);
    add(bucketOf(((lowerBound(buckets[i]!) + lowerBound(buckets[i]! + 1)) / 2) * factor), counts[i]!);
  }
  return moved;
}
