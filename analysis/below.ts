import type { NodeKey } from '../graph/index.ts';
import type { Baselines } from './baseline.ts';
import type { Anomaly, EdgeEvidence } from './detect.ts';
import { addedByCalls, excessOf } from './excess.ts';
import { groupBy } from './group.ts';

/** What an instance's dependencies added to its requests in the period. */
export interface Below {
  /** Requests it answered, and the bad ones among them beyond the baseline. */
  requests: number;
  slow: number;
  failed: number;
  /** Failed ones on edges that show no anomaly; what is luck cancels out. */
  thin: number;
  /** Microseconds that its calls took longer than before, and calls that failed more than before. */
  added: number;
  failures: number;
  timeouts: number;
  /** Who was blamed, by weight. */
  readonly blame: Map<NodeKey, number>;
}

/**
 * Accounts of every instance: what it answered, and what its own calls took and failed beyond the baseline.
 * @param passed share of an anomalous edge's failures that made its client fail, at most
 */
export function belowOf(
  edges: readonly EdgeEvidence[],
  anomalies: readonly Anomaly[],
  baselines: Baselines,
  passed: (anomaly: Anomaly) => number,
): Map<string, Below> {
  const below = new Map<string, Below>();
  const of = (instance: string): Below => {
    let entry = below.get(instance);
    if (!entry) {
      entry = {
        requests: 0,
        slow: 0,
        failed: 0,
        thin: 0,
        added: 0,
        failures: 0,
        timeouts: 0,
        blame: new Map(),
      };
      below.set(instance, entry);
    }
    return entry;
  };
  for (const edge of edges)
    for (const leaf of edge.leaves) of(leaf.serverInstance).requests += leaf.now.requests;
  // Every call counts, of healthy edges too: small delays of many dependencies add up in the one that waits for all.
  for (const edge of edges) {
    for (const [instance, leaves] of groupBy(edge.leaves, (leaf) => leaf.clientInstance)) {
      const added = addedByCalls(edge, leaves);
      const entry = of(instance);
      entry.added += added;
      blame(entry, edge, added);
    }
  }
  for (const anomaly of anomalies) {
    const { edge, baseline } = anomaly;
    const share = passed(anomaly);
    for (const leaf of edge.leaves) {
      const excess = Math.max(0, excessOf(leaf, anomaly));
      switch (baseline.measure.name) {
        case 'latency':
          of(leaf.serverInstance).slow += excess;
          break;
        case 'errors':
          of(leaf.serverInstance).failed += excess;
          break;
        default:
      }
      switch (baseline.measure.name) {
        case 'connect failures':
          of(leaf.clientInstance).timeouts += Math.min(excess, leaf.now.timedOut);
          break;
        case 'errors':
        case 'resets':
          break;
        default:
          continue;
      }
      const entry = of(leaf.clientInstance);
      entry.failures += share * excess;
      blame(entry, edge, share * excess);
    }
  }
  if (anomalies.some(({ baseline }) => baseline.measure.name === 'errors'))
    addThin(edges, anomalies, baselines, of);
  return below;
}

/**
 * Failures on edges that show no anomaly: too few on each of many calls, they add up in the one that makes them all. What is luck
 * is as often a failure too few, and cancels out.
 */
function addThin(
  edges: readonly EdgeEvidence[],
  anomalies: readonly Anomaly[],
  baselines: Baselines,
  of: (instance: string) => Below,
): void {
  const found = new Set(anomalies.map(({ edge, baseline }) => `${edge.id} ${baseline.measure.name}`));
  const sums = new Map<string, number>();
  for (const edge of edges) {
    for (const name of ['errors', 'connect failures'] as const) {
      const baseline = baselines.get(edge.id)?.get(name);
      if (baseline === undefined || found.has(`${edge.id} ${name}`)) continue;
      for (const leaf of edge.leaves) {
        const excess = excessOf(leaf, { edge, baseline });
        if (name === 'errors') of(leaf.serverInstance).thin += excess;
        sums.set(leaf.clientInstance, (sums.get(leaf.clientInstance) ?? 0) + excess);
        blame(of(leaf.clientInstance), edge, excess);
      }
    }
  }
  for (const [instance, excess] of sums) of(instance).failures += Math.max(0, excess);
}

function blame({ blame }: Below, { key: { server } }: EdgeEvidence, weight: number): void {
  if (weight > 0) blame.set(server, (blame.get(server) ?? 0) + weight);
}

/** Microseconds that the calls of an instance took longer than before, per request it answered. */
export function perRequest(entry: Below | undefined): number {
  return entry && entry.requests > 0 ? Math.max(0, entry.added / entry.requests) : 0;
}

/** Share of an instance's failures that its own calls do not explain. */
export function ownErrors(entry: Below | undefined): number {
  return entry && entry.failed > 0 ? 1 - Math.min(1, entry.failures / entry.failed) : 1;
}

/** Whose calls explain most of what the instances of an edge's server have too much. */
export function mostBlamed(edge: EdgeEvidence, below: ReadonlyMap<string, Below>): NodeKey | null {
  let worst: readonly [NodeKey, number] | null = null;
  for (const instance of new Set(edge.leaves.map((leaf) => leaf.serverInstance))) {
    for (const entry of below.get(instance)?.blame ?? []) if (!worst || entry[1] > worst[1]) worst = entry;
  }
  return worst?.[0] ?? null;
}
