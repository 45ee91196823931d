import type { EdgeCounts, EdgeKey } from '../graph/index.ts';
import { type Baselines, beliefOf, type EdgeBaseline } from './baseline.ts';
import { sumCounts } from './counts.ts';
import { groupBy } from './group.ts';
import type { LeafPair } from './leaves.ts';
import { matters, sampleOf } from './measure.ts';
import type { Sample } from './statistics/dispersion.ts';
import { type Belief, surprise } from './statistics/tail.ts';
import { type Column, column, PLACE_TAGS } from './table.ts';
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

/** Groups of an edge's traffic in which a problem of a part stands out though the whole hides it. */
const GROUPS: readonly (readonly [side: 'client' | 'server', tag: string])[] = [
  ['server', 'pod'],
  ['server', 'version'],
  ['client', 'pod'],
  ['client', 'version'],
  ...PLACE_TAGS.slice(0, 2).flatMap((tag) => [['server', tag] as const, ['client', tag] as const]),
];

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
 * Tests every measure of every edge, as a whole and in groups of one tag, against its baseline.
 * @param price tests that could have been made beside these: edges × measures × onsets
 */
export function detect(edges: readonly EdgeEvidence[], baselines: Baselines, price: number): Anomaly[] {
  const anomalies: Anomaly[] = [];
  for (const edge of edges) {
    let columns: Column[] | null = null;
    for (const baseline of baselines.get(edge.id)?.values() ?? []) {
      if (baseline.threshold === null) continue;
      const sample = sampleOf(baseline.measure, edge.now, baseline.threshold);
      if (sample.bad < ENOUGH_BAD) continue;
      let p = matters(baseline.measure, sample, baseline.belief.mean)
        ? surprise(sample.bad, sample.total, baseline.belief) * price
        : 1;
      if (p > FALSE_REPORTS) {
        columns ??= GROUPS.map(([side, tag]) => column(edge.leaves, side, tag));
        p = Math.min(p, bestGroup(edge, baseline, columns, price));
      }
      if (p <= FALSE_REPORTS) anomalies.push({ edge, baseline, sample, p });
    }
  }
  return anomalies.sort((a, b) => a.p - b.p);
}

function bestGroup(
  edge: EdgeEvidence,
  baseline: EdgeBaseline,
  columns: readonly Column[],
  price: number,
): number {
  const { measure, correlation, belief } = baseline;
  const threshold = baseline.threshold!;
  const now = edge.leaves.map((leaf) => sampleOf(measure, leaf.now, threshold));
  const before = edge.leaves.map((leaf) => sampleOf(measure, leaf.before, threshold));
  const groups = columns.reduce((sum, { values }) => sum + (values.length > 1 ? values.length : 0), 0);
  const [allNow, allBefore] = [
    sampleOf(measure, edge.now, threshold),
    sampleOf(measure, edge.before, threshold),
  ];
  let best = 1;
  for (const { codes, values } of columns) {
    if (values.length < 2) continue;
    for (let code = 0; code < values.length; code++) {
      const sample = partOf(now, codes, code);
      if (sample.total === 0 || sample.bad / sample.total <= belief.mean) continue;
      const usual = partOf(before, codes, code);
      const rest = { now: less(allNow, sample), usual: less(allBefore, usual) };
      const part = partBelief(usual, rest, belief.mean, correlation);
      const p = surprise(sample.bad, sample.total, part) * price * (groups + 1);
      if (p >= best || p > FALSE_REPORTS) continue;
      if (partMatters(edge, baseline, sample, part.mean)) best = p;
    }
  }
  return best;
}

/**
 * Belief about a part, given what the rest of the edge shows at the same time. A part wanders with the whole and, as much
 * again, by itself; what it shares with the rest can be read off the rest: by as much as that is raised the part is expected
 * to be, and the more events the rest has the less is left unknown of it (the best linear predictor of a random effect,
 * Henderson 1975). Where there is no rest, all of both is unknown.
 */
function partBelief(
  usual: Sample,
  rest: { readonly now: Sample; readonly usual: Sample },
  prior: number,
  correlation: number,
): Belief {
  const known = rest.now.total * correlation;
  const { mean, weight } = beliefOf(usual, prior, correlation + correlation / (1 + known));
  const before = beliefOf(rest.usual, prior, 0).mean;
  const raised = rest.now.total > 0 ? rest.now.bad / rest.now.total - before : 0;
  return { mean: Math.min(0.999, mean + (Math.max(0, raised) * known) / (1 + known)), weight };
}

const less = (all: Sample, part: Sample): Sample => ({
  bad: all.bad - part.bad,
  total: all.total - part.total,
});

/** What hits a part must matter there, and still be seen in the whole. */
function partMatters(
  edge: EdgeEvidence,
  { measure, threshold }: EdgeBaseline,
  part: Sample,
  usual: number,
): boolean {
  const whole = sampleOf(measure, edge.now, threshold!).total;
  return matters(measure, part, usual) && part.bad - part.total * usual >= measure.floor * whole;
}

function partOf(samples: readonly Sample[], codes: Int32Array, code: number): Sample {
  let [bad, total] = [0, 0];
  for (let i = 0; i < samples.length; i++) {
    if (codes[i] !== code) continue;
    bad += samples[i]!.bad;
    total += samples[i]!.total;
  }
  return { bad, total };
}
