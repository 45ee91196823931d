import type { EdgeCounts } from '../graph/index.ts';
import { type Baselines, beliefOf, type EdgeBaseline } from './baseline.ts';
import type { Anomaly, EdgeEvidence } from './detect.ts';
import type { Side } from './finding.ts';
import { nodeId } from './keys.ts';
import type { LeafPair } from './leaves.ts';
import { MEASURES, type Measure, matters, sampleOf } from './measure.ts';
import type { Sample } from './statistics/dispersion.ts';
import { type Belief, surprise } from './statistics/tail.ts';
import { PLACE_TAGS } from './table.ts';
import { ENOUGH_EVENTS, FALSE_REPORTS } from './thresholds.ts';

/**
 * What is nobody's but the place's or its processes': failures and times of answers are handed up from edge to edge, and would be
 * counted once for each.
 */
const NOT_HANDED_UP = MEASURES.filter(
  ({ name }) => name !== 'errors' && name !== 'latency' && name !== 'resets',
);

/** What one place shows on one measure, one workload there after the other. */
interface Place {
  readonly things: Map<string, Part[]>;
}

/** The part of one edge that is in a place, with the rest of that edge; `expected` are bad events by its own past. */
interface Part {
  readonly edge: EdgeEvidence;
  readonly now: Sample;
  readonly expected: number;
  readonly usual: number;
  readonly rest: Sample & { readonly expected: number };
  readonly correlation: number;
}

/**
 * Edges that are no anomaly by themselves and are one together: what several workloads show at one node or zone is pooled over all
 * their edges and held against their pasts, and against the same edges elsewhere. It counts if no single workload makes it.
 * @param price tests that could have been made beside these
 */
export function pooledAnomalies(
  edges: readonly EdgeEvidence[],
  baselines: Baselines,
  price: number,
): Anomaly[] {
  const found = new Map<string, Anomaly>();
  const kinds = PLACE_TAGS.flatMap((tag) => (['server', 'client'] as const).map((side) => ({ tag, side })));
  for (const measure of NOT_HANDED_UP) {
    const rows = rowsOf(measure, edges, baselines);
    const places = kinds.flatMap(({ tag, side }) => placesOf(rows, tag, side));
    for (const { things } of places) {
      if (things.size < 2) continue;
      const all = [...things.values()];
      const p = chance(measure, all.flat(), true) * price * places.length;
      if (p > FALSE_REPORTS) continue;
      // Whichever workload is left out, the others still surprise.
      if (all.some((_, i) => chance(measure, all.filter((_, j) => j !== i).flat(), false) > FALSE_REPORTS))
        continue;
      for (const { edge, now, expected } of all.flat()) {
        const key = `${measure.name} ${edge.id}`;
        const baseline = baselines.get(edge.id)!.get(measure.name)!;
        if (now.bad <= expected || (found.get(key)?.p ?? 1) <= p) continue;
        found.set(key, { edge, baseline, sample: sampleOf(measure, edge.now, baseline.threshold!), p });
      }
    }
  }
  return [...found.values()].sort((a, b) => a.p - b.p);
}

/** One edge on one measure, leaf by leaf. */
interface Row {
  readonly edge: EdgeEvidence;
  readonly baseline: EdgeBaseline;
  readonly leaves: readonly { readonly leaf: LeafPair; readonly now: Sample; readonly usual: Sample }[];
}

function rowsOf(measure: Measure, edges: readonly EdgeEvidence[], baselines: Baselines): Row[] {
  return edges.flatMap((edge) => {
    const baseline = baselines.get(edge.id)?.get(measure.name);
    if (baseline === undefined || baseline.threshold === null) return [];
    const sample = (counts: EdgeCounts): Sample => sampleOf(measure, counts, baseline.threshold!);
    const leaves = edge.leaves.map((leaf) => ({ leaf, now: sample(leaf.now), usual: sample(leaf.before) }));
    return [{ edge, baseline, leaves }];
  });
}

function placesOf(rows: readonly Row[], tag: (typeof PLACE_TAGS)[number], side: Side): Place[] {
  const places = new Map<string, Place>();
  for (const { edge, baseline, leaves } of rows) {
    const { belief, correlation } = baseline;
    const sums = new Map<string, { bad: number; total: number; usualBad: number; usualTotal: number }>();
    for (const { leaf, now, usual } of leaves) {
      const value = leaf[side].tags[tag];
      if (value === undefined) continue;
      const sum = sums.get(value) ?? { bad: 0, total: 0, usualBad: 0, usualTotal: 0 };
      sums.set(value, sum);
      sum.bad += now.bad;
      sum.total += now.total;
      sum.usualBad += usual.bad;
      sum.usualTotal += usual.total;
    }
    const parts = [...sums].map(([value, { bad, total, usualBad, usualTotal }]) => {
      const { mean } = beliefOf({ bad: usualBad, total: usualTotal }, belief.mean, 0);
      return { value, now: { bad, total }, expected: total * mean, usual: usualTotal };
    });
    const whole = sumOf(parts.map(({ now, expected }) => ({ ...now, expected })));
    for (const { value, now, expected, usual } of parts) {
      if (now.total === 0) continue;
      const rest = {
        bad: whole.bad - now.bad,
        total: whole.total - now.total,
        expected: whole.expected - expected,
      };
      const { things } = places.get(value) ?? { things: new Map<string, Part[]>() };
      places.set(value, { things });
      const thing = nodeId(edge.key[side]);
      things.set(thing, [...(things.get(thing) ?? []), { edge, now, expected, usual, rest, correlation }]);
    }
  }
  return [...places.values()];
}

/** The chance of as many bad events in some parts together; 1 where they do not matter, if that is asked. */
function chance(measure: Measure, parts: readonly Part[], mattering: boolean): number {
  const here = sumOf(parts.map(({ now, expected }) => ({ ...now, expected })));
  const rest = sumOf(parts.map((part) => part.rest));
  if (here.bad <= here.expected || rest.total < ENOUGH_EVENTS) return 1;
  const belief = beliefAbout(parts, here, rest);
  if (mattering && !matters(measure, here, belief.mean)) return 1;
  return surprise(here.bad, here.total, belief);
}

/**
 * Belief about the pooled rate. Edges of one machine wander together, so that pooling makes nothing of the wander less likely; what
 * they share with the same edges elsewhere is read off there, as for a part of an edge (Henderson 1975).
 */
function beliefAbout(
  parts: readonly Part[],
  here: Sample & { readonly expected: number },
  rest: Sample & { readonly expected: number },
): Belief {
  const usual = parts.reduce((sum, part) => sum + part.usual, 0);
  const correlation =
    parts.reduce((sum, { now, correlation }) => sum + now.total * correlation, 0) / here.total;
  const known = rest.total * correlation;
  const raised = Math.max(0, (rest.bad - rest.expected) / rest.total);
  const mean = here.expected / here.total + (raised * known) / (1 + known);
  const spread = 1 / (usual + 1) + correlation + correlation / (1 + known);
  return { mean: Math.min(0.999, Math.max(mean, 0.5 / (usual + 1))), weight: Math.max(1e-3, 1 / spread - 1) };
}

function sumOf(samples: readonly (Sample & { readonly expected: number })[]) {
  const sum = { bad: 0, total: 0, expected: 0 };
  for (const { bad, total, expected } of samples) {
    sum.bad += bad;
    sum.total += total;
    sum.expected += expected;
  }
  return sum;
}
