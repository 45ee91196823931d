import type { EdgeCounts, EdgeKey } from '../graph/index.ts';
import { type Baselines, beliefOf, type EdgeBaseline } from './baseline.ts';
import { sumCounts } from './counts.ts';
import { groupBy } from './group.ts';
import type { LeafPair } from './leaves.ts';
import { type Measure, matters, sampleOf } from './measure.ts';
import {
  alikeness,
  type Division,
  divisionsOf,
  instanceSpread,
  type LeafSamples,
  leafSamples,
  partCorrelation,
  partSums,
  partWander,
} from './parts.ts';
import { poolDispersion, type Sample } from './statistics/dispersion.ts';
import { type Belief, excessLikelihood, surprise } from './statistics/tail.ts';
import { ENOUGH_BAD, FALSE_REPORTS } from './thresholds.ts';

/** One edge in both periods, with its leaves. */
export interface EdgeEvidence {
  readonly id: string;
  readonly key: EdgeKey;
  readonly now: EdgeCounts;
  readonly before: EdgeCounts;
  readonly leaves: readonly LeafPair[];
}

/** One measure of one edge that left its baseline by more than chance and by enough to matter. */
export interface Anomaly {
  readonly edge: EdgeEvidence;
  readonly baseline: EdgeBaseline;
  readonly sample: Sample;
  /** After correction for everything that was looked at. */
  readonly p: number;
}

/** A part of an edge wanders more than the whole, in which the parts average out: assumed until it has shown its own. */
const PART_WANDER = 2;

/**
 * Parts by one tag, parts by two, and versions never seen before share the false reports, however many of each there are: causes
 * have short names, and what was just rolled out is the first that anybody suspects.
 */
const KINDS_OF_PART = 3;

export function evidenceOf(leaves: readonly LeafPair[]): EdgeEvidence[] {
  const byEdge = groupBy(leaves, (leaf) => leaf.edgeId);
  return [...byEdge].map(([id, list]) => ({
    id,
    key: list[0]!.edge,
    now: sumCounts(list.map((leaf) => leaf.now)),
    before: sumCounts(list.map((leaf) => leaf.before)),
    leaves: list,
  }));
}

/**
 * Tests every measure of every edge, as a whole and in parts that one or two tags make, against its baseline.
 * @param price tests that could have been made beside these: edges × measures × onsets
 */
export function detect(edges: readonly EdgeEvidence[], baselines: Baselines, price: number): Anomaly[] {
  const anomalies: Anomaly[] = [];
  const alike = alikenessOf(edges, baselines);
  for (const edge of edges) {
    let divisions: readonly Division[] | null = null;
    for (const baseline of baselines.get(edge.id)?.values() ?? []) {
      if (baseline.threshold === null) continue;
      const sample = sampleOf(baseline.measure, edge.now, baseline.threshold);
      if (sample.bad < ENOUGH_BAD) continue;
      let p = matters(baseline.measure, sample, baseline.belief.mean)
        ? surprise(sample.bad, sample.total, baseline.belief) * price
        : 1;
      if (p > FALSE_REPORTS) {
        divisions ??= divisionsOf(edge.leaves);
        const samples = leafSamples(edge.leaves, baseline.measure, baseline.threshold);
        p = Math.min(p, bestPart({ ...baseline, samples, alike: alike(baseline.measure) }, divisions, price));
      }
      if (p <= FALSE_REPORTS) anomalies.push({ edge, baseline, sample, p });
    }
  }
  return anomalies.sort((a, b) => a.p - b.p);
}

/** How alike the instances of all edges were, measure by measure; worked out where it is asked for. */
export function alikenessOf(
  edges: readonly EdgeEvidence[],
  baselines: Baselines,
): (measure: Measure) => number {
  const known = new Map<Measure, number>();
  return (measure) => {
    let events = known.get(measure);
    if (events === undefined) {
      const spreads = edges.flatMap(({ id, leaves }) => {
        const threshold = baselines.get(id)?.get(measure.name)?.threshold ?? null;
        return threshold === null ? [] : [instanceSpread(leaves, measure, threshold)];
      });
      events = alikeness(poolDispersion(spreads));
      known.set(measure, events);
    }
    return events;
  };
}

/** One measure of traffic that can be divided. */
export interface Divisible {
  readonly measure: Measure;
  readonly samples: LeafSamples;
  readonly belief: Belief;
  readonly correlation: number;
  /** Events that the rate of the whole weighs as much as in what is expected of a part. */
  readonly alike: number;
}

/** The smallest chance of any part of some traffic, after paying for all parts; 1 where none matters. */
export function bestPart(
  { measure, samples, belief, correlation, alike }: Divisible,
  divisions: readonly Division[],
  price: number,
): number {
  if (mostLikely(samples.now, belief.mean) < Math.log(price / FALSE_REPORTS)) return 1;
  const [allNow, allBefore] = [sumOf(samples.now), sumOf(samples.before)];
  let best = 1;
  for (const division of divisions) {
    let wander: number | null = null;
    const usual = partSums(samples.before, division);
    const firsts = measure.kind === 'share' && division.tag === 'version' ? neverSeen(usual) : 0;
    for (const [part, sample] of partSums(samples.now, division).entries()) {
      if (sample.total === 0 || sample.bad / sample.total <= belief.mean) continue;
      wander ??= partCorrelation(partWander(samples, division), correlation * PART_WANDER);
      const own = usual[part]!;
      const first = firsts > 0 && own.total === 0;
      // A new version is to fail no more than what it replaces did; that it is slow at first is usual.
      const before = first ? allBefore : own;
      const rest = { now: less(allNow, sample), usual: less(allBefore, own) };
      const expected = partBelief(
        before,
        rest,
        { ...belief, weight: alike },
        { shared: correlation, part: wander },
      );
      const cost = price * KINDS_OF_PART * (1 + (first ? firsts : division.among));
      const p = surprise(sample.bad, sample.total, expected) * cost;
      if (p >= best || p > FALSE_REPORTS) continue;
      if (partMatters(measure, sample, expected.mean, allNow.total)) best = p;
    }
  }
  return best;
}

function neverSeen(usual: readonly Sample[]): number {
  return usual.filter(({ total }) => total === 0).length;
}

/**
 * Belief about a part, given what the rest of the edge shows at the same time. A part wanders with the whole and beside it by
 * itself; what it shares with the rest can be read off the rest: by as much as that is raised the part is expected to be, and
 * the more events the rest has the less is left unknown of it (the best linear predictor of a random effect, Henderson 1975).
 * Where there is no rest, all of both is unknown.
 *
 * @param prior rate of the whole, and the events it weighs as much as for a part
 * @param wander intra-class correlation of the whole edge, and of a part of it
 */
function partBelief(
  usual: Sample,
  rest: { readonly now: Sample; readonly usual: Sample },
  prior: Belief,
  wander: { readonly shared: number; readonly part: number },
): Belief {
  const known = rest.now.total * wander.shared;
  const own = Math.max(0, wander.part - wander.shared);
  const { mean, weight } = beliefOf(usual, prior.mean, own + wander.shared / (1 + known), prior.weight);
  const before = beliefOf(rest.usual, prior.mean, 0).mean;
  const raised = rest.now.total > 0 ? rest.now.bad / rest.now.total - before : 0;
  return { mean: Math.min(0.999, mean + (Math.max(0, raised) * known) / (1 + known)), weight };
}

const less = (all: Sample, part: Sample): Sample => ({
  bad: all.bad - part.bad,
  total: all.total - part.total,
});

const sumOf = (samples: readonly Sample[]): Sample =>
  samples.reduce((sum, each) => ({ bad: sum.bad + each.bad, total: sum.total + each.total }), {
    bad: 0,
    total: 0,
  });

/** What no part can exceed: the likelihood of the raised leaves alone. */
function mostLikely(now: readonly Sample[], rate: number): number {
  let [bad, total] = [0, 0];
  for (const sample of now) {
    if (sample.bad <= rate * sample.total) continue;
    bad += sample.bad;
    total += sample.total;
  }
  return excessLikelihood(bad, total, rate * total);
}

/** What hits a part must matter there, and still be seen in the whole. */
function partMatters(measure: Measure, part: Sample, usual: number, whole: number): boolean {
  return matters(measure, part, usual) && part.bad - part.total * usual >= measure.floor * whole;
}
