import type { NodeKey } from '../graph/index.ts';
import { histogramTotal } from '../probe/index.ts';
import type { Baselines, EdgeBaseline } from './baseline.ts';
import { type Below, belowOf, mostBlamed, ownErrors, perRequest } from './below.ts';
import { sumCounts } from './counts.ts';
import type { Anomaly, EdgeEvidence } from './detect.ts';
import { addedTime, excessOf } from './excess.ts';
import { groupBy } from './group.ts';
import { type CycleShares, cycleShares } from './in-cycles.ts';
import type { LeafPair } from './leaves.ts';
import type { MeasureName } from './measure.ts';
import { servedShares } from './served.ts';
import { excessLikelihood } from './statistics/tail.ts';
import { OWN_CAUSE_NATS, OWN_SHARE } from './thresholds.ts';

export { addedTime } from './excess.ts';

/** How much of an edge's excess is its own, and who the rest belongs to. */
export interface Ownership {
  /** Share of a leaf's excess that its server did not get from its own dependencies, 0..1. */
  share(measure: MeasureName, leaf: LeafPair): number;
  /** The same for the time its server took over requests, whatever happened to them on the way. */
  served(edge: EdgeEvidence, leaf: LeafPair): number;
  /** Microseconds that the calls of a leaf's server took longer than before, per request it answered. */
  below(leaf: LeafPair): number;
  /** Edges whose excess is the doing of something further down, with the workload that explains most of it. */
  readonly victims: ReadonlyMap<string, NodeKey>;
}

/**
 * Splits the excess of every anomalous edge into its own and what came from below: the calls an instance made while it
 * answered are known by instance, so their added time and failures are subtracted from its own (the residual of the
 * known graph: the idea of CIRCA, KDD'22, without its regression). Reachability, loss and round trips have no below.
 *
 * Members of a cycle are judged by their whole accounts, failures by how many of them were handed on at most.
 * @param passed share of an anomalous edge's failures that made its client fail, at most
 */
export function originate(
  edges: readonly EdgeEvidence[],
  anomalies: readonly Anomaly[],
  baselines: Baselines,
  passed: (anomaly: Anomaly) => number = () => 1,
): Ownership {
  const found = groupBy(anomalies, ({ edge }) => edge.id);
  const has = (id: string, ...names: MeasureName[]): boolean =>
    found.get(id)?.some(({ baseline }) => names.includes(baseline.measure.name)) ?? false;
  // On a quiet day there is nothing to explain.
  const quiet = anomalies.length === 0;
  const below = quiet ? new Map<string, Below>() : belowOf(edges, anomalies, baselines, passed);
  const cycles = cycleShares(quiet ? [] : edges, anomalies, passed);
  const known: Known = { below, cycles, has };
  const shares = new Map<string, Map<LeafPair, number>>();
  const victims = new Map<string, NodeKey>();
  for (const { edge, baseline } of anomalies) {
    const name = baseline.measure.name;
    const own = new Map(edge.leaves.map((leaf) => [leaf, ownShare(name, edge, leaf, known)]));
    let [kept, whole] = [0, 0];
    for (const leaf of edge.leaves) {
      const excess = Math.max(0, excessOf(leaf, { edge, baseline }));
      whole += excess;
      kept += excess * own.get(leaf)!;
    }
    const explained = whole > 0 && kept < OWN_SHARE * whole;
    if (explained) {
      const kept = name === 'errors' ? failingThemselves(edge, baseline, below) : new Set<string>();
      for (const leaf of edge.leaves) if (!kept.has(leaf.serverInstance)) own.set(leaf, 0);
      const blamed = mostBlamed(edge, below);
      if (blamed && kept.size === 0) victims.set(edge.id, blamed);
    }
    shares.set(`${name} ${edge.id}`, own);
  }
  const byId = new Map(edges.map((edge) => [edge.id, edge]));
  const thin = (name: MeasureName, leaf: LeafPair): number =>
    quiet ? 1 : thinShare(name, byId.get(leaf.edgeId)!, leaf, known);
  return {
    below: (leaf) => perRequest(below.get(leaf.serverInstance)),
    share: (measure, leaf) => shares.get(`${measure} ${leaf.edgeId}`)?.get(leaf) ?? thin(measure, leaf),
    served: servedShares(edges, baselines, (instance) => perRequest(below.get(instance))),
    victims,
  };
}

/** What is known of all instances when the excess of one is split. */
interface Known {
  readonly below: ReadonlyMap<string, Below>;
  readonly cycles: CycleShares;
  readonly has: (id: string, ...names: MeasureName[]) => boolean;
}

function ownShare(
  name: MeasureName,
  edge: EdgeEvidence,
  leaf: LeafPair,
  { below, cycles, has }: Known,
): number {
  const entry = below.get(leaf.serverInstance);
  const latency = (): number => ownLatency(edge, leaf, entry, cycles.latency.get(leaf.serverInstance));
  switch (name) {
    case 'connect failures':
    case 'retransmits':
    case 'connect time':
      return 1;
    case 'latency':
      return latency();
    case 'wait':
      // Threads that wait for a slow dependency let new requests wait too: back-pressure, not overload.
      return latency() < OWN_SHARE ? 0 : 1;
    case 'rtt':
      return ownRoundTrip(edge, leaf);
    case 'errors':
    case 'resets': {
      // Callers that give up leave unanswered requests and broken connections on an edge that is only slow.
      const waited = has(edge.id, 'latency') && latency() < OWN_SHARE;
      if (name === 'resets') return waited ? 0 : 1;
      const answered = waited ? 1 - unanswered(leaf) : 1;
      return answered * (cycles.errors.get(leaf.serverInstance) ?? ownErrors(entry));
    }
  }
}

/**
 * Of an edge that shows no anomaly: what little it has in excess may come from below as well, and then speaks for no place it is in.
 */
function thinShare(name: MeasureName, edge: EdgeEvidence, leaf: LeafPair, known: Known): number {
  if (name === 'latency' || name === 'wait') return ownShare(name, edge, leaf, known);
  const entry = known.below.get(leaf.serverInstance);
  if (name !== 'errors' || entry === undefined) return 1;
  return ownErrors({ ...entry, failed: entry.failed + Math.max(0, entry.thin) });
}

/**
 * Instances of a server most of whose failures come from below that clearly fail by themselves: beyond what each of them got from its
 * own calls, by more than chance.
 */
function failingThemselves(
  edge: EdgeEvidence,
  baseline: EdgeBaseline,
  below: ReadonlyMap<string, Below>,
): Set<string> {
  const found = new Set<string>();
  const instances = groupBy(edge.leaves, (leaf) => leaf.serverInstance);
  for (const [instance, leaves] of instances) {
    const entry = below.get(instance);
    if (entry === undefined || ownErrors(entry) < OWN_SHARE) continue;
    const { failedRequests: bad, requests } = sumCounts(leaves.map(({ now }) => now));
    const usual = requests * baseline.belief.mean;
    const expected = usual + Math.max(0, bad - usual) * (1 - ownErrors(entry));
    const nats = excessLikelihood(bad, requests, expected) - Math.log(instances.size);
    if (nats >= OWN_CAUSE_NATS) found.add(instance);
  }
  return found;
}

/** Share of a leaf's failed requests that never got an answer: who was answered with an error has not given up. */
function unanswered({ now: { requests, untimed, failedRequests, latency } }: LeafPair): number {
  const answered = untimed + histogramTotal(latency);
  return failedRequests > 0 ? Math.min(1, Math.max(0, requests - answered) / failedRequests) : 0;
}

/** @param inCycle the share that the accounts of its cycle leave the instance, if it is on one */
function ownLatency(
  edge: EdgeEvidence,
  leaf: LeafPair,
  entry: Below | undefined,
  inCycle: number | undefined,
): number {
  if (!entry) return 1;
  const added = addedTime(edge, leaf, 'latency');
  const own = added > 0 ? (inCycle ?? Math.min(1, Math.max(0, 1 - perRequest(entry) / added))) : 0;
  const timeouts = entry.slow > 0 ? Math.min(1, entry.timeouts / entry.slow) : 0;
  return own * (1 - timeouts);
}

/**
 * A smoothed round trip also rises when the peer delays its acknowledgements because it has nothing to answer yet
 * (delayed ACK, up to 40 ms): it counts only as far as requests lost time between the two ends.
 */
function ownRoundTrip(edge: EdgeEvidence, leaf: LeafPair): number {
  if (edge.now.service.counts.length === 0) return 1;
  const trip = addedTime(edge, leaf, 'rtt');
  const between =
    addedTime(edge, leaf, 'latency') - addedTime(edge, leaf, 'service') - addedTime(edge, leaf, 'wait');
  return trip > 0 ? Math.min(1, Math.max(0, between / trip)) : 0;
}
