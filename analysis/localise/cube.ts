import type { NodeKey } from '../../graph/index.ts';
import type { Baselines } from '../baseline.ts';
import type { Anomaly, EdgeEvidence } from '../detect.ts';
import type { LeafPair } from '../leaves.ts';
import { type Measure, SERVED, sampleOf } from '../measure.ts';
import type { Ownership } from '../originate.ts';
import { dispersionOf, intraclass, type Sample } from '../statistics/dispersion.ts';

/** One measure over the leaves of all edges: what was seen, what was expected, what is the leaf's own. */
export interface Cube {
  readonly measure: Measure;
  readonly leaves: readonly LeafPair[];
  readonly total: Float64Array;
  /** Events, also of leaves that were taken out. */
  readonly traffic: Float64Array;
  /** Bad events as counted. */
  readonly raw: Float64Array;
  /** Bad events without those that dependencies explain. */
  readonly bad: Float64Array;
  readonly expected: Float64Array;
  /** 1 where the leaf belongs to an edge with an excess of its own. */
  readonly accused: Uint8Array;
  /** Variance inflation of a leaf's count: likelihoods are divided by it. */
  readonly inflation: number;
  readonly correlation: number;
}

/** Requests that the edge's rate weighs as much as, in the rate expected of a leaf: bounds of the fitted weight. */
const SHRINK = { least: 10, most: 2_000 };

/**
 * Lays out a measure for the search; only edges in `near` can be accused, the others are there to compare with. The expectation of a leaf is its own past, shrunk to its edge's by how alike the
 * edge's leaves were (empirical Bayes). It is not rescaled to the total of the period: what is bad everywhere is bad.
 * Edges explained by their dependencies are left out, they tell nothing about places.
 */
export function cubeOf(
  measure: Measure,
  edges: readonly EdgeEvidence[],
  baselines: Baselines,
  anomalies: readonly Anomaly[],
  ownership: Ownership,
  near: ReadonlySet<string>,
): Cube | null {
  const raised = new Set(
    anomalies.filter(({ baseline }) => baseline.measure.name === measure.name).map(({ edge }) => edge.id),
  );
  if (![...raised].some((id) => near.has(id))) return null;
  const rows: { leaf: LeafPair; now: Sample; bad: number; expected: number; accused: boolean }[] = [];
  const correlations: number[] = [];
  for (const edge of edges) {
    const baseline = baselines.get(edge.id)?.get(measure.name);
    if (!baseline || baseline.threshold === null) continue;
    const accused = raised.has(edge.id) && near.has(edge.id);
    const shareOf = (leaf: LeafPair): number =>
      measure === SERVED ? ownership.served(edge, leaf) : ownership.share(measure.name, leaf);
    if (raised.has(edge.id) && edge.leaves.every((leaf) => shareOf(leaf) === 0)) continue;
    if (accused) correlations.push(baseline.correlation);
    const past = edge.leaves.map((leaf) => sampleOf(measure, leaf.before, baseline.threshold!));
    const weight = shrinkage(past);
    for (const [i, leaf] of edge.leaves.entries()) {
      const now = sampleOf(measure, leaf.now, baseline.threshold);
      if (now.total === 0) continue;
      const rate = (past[i]!.bad + weight * baseline.belief.mean) / (past[i]!.total + weight);
      const expected = now.total * rate;
      const share = shareOf(leaf);
      const bad = now.bad > expected ? expected + (now.bad - expected) * share : now.bad;
      rows.push({ leaf, now, bad, expected, accused });
    }
  }
  if (correlations.length === 0) return null;
  const correlation = correlations.reduce((a, b) => a + b, 0) / correlations.length;
  const size = rows.reduce((sum, { now }) => sum + now.total, 0) / rows.length;
  return {
    measure,
    leaves: rows.map(({ leaf }) => leaf),
    total: Float64Array.from(rows, ({ now }) => now.total),
    traffic: Float64Array.from(rows, ({ now }) => now.total),
    raw: Float64Array.from(rows, ({ now }) => now.bad),
    bad: Float64Array.from(rows, ({ bad }) => bad),
    expected: Float64Array.from(rows, ({ expected }) => expected),
    accused: Uint8Array.from(rows, ({ accused }) => (accused ? 1 : 0)),
    inflation: 1 + Math.max(0, size - 1) * correlation,
    correlation,
  };
}

/** The same cube without what is in some leaves: a cause that was found is taken out before the next is looked for. */
export function without(cube: Cube, members: readonly number[]): Cube {
  const next = {
    ...cube,
    total: cube.total.slice(),
    raw: cube.raw.slice(),
    bad: cube.bad.slice(),
    expected: cube.expected.slice(),
    accused: cube.accused.slice(),
  };
  for (const i of members) {
    next.total[i] = next.raw[i] = next.bad[i] = next.expected[i] = 0;
    next.accused[i] = 0;
  }
  return next;
}

/** Excess of accused leaves, edge by edge, so that luck on one edge does not pay for another. */
export function accusedExcess(cube: Cube): Map<string, number> {
  const byEdge = new Map<string, number>();
  for (let i = 0; i < cube.leaves.length; i++) {
    if (cube.accused[i] === 0) continue;
    const id = cube.leaves[i]!.edgeId;
    byEdge.set(id, (byEdge.get(id) ?? 0) + cube.bad[i]! - cube.expected[i]!);
  }
  for (const [id, excess] of byEdge) if (excess <= 0) byEdge.delete(id);
  return byEdge;
}

export function accusedNodes(cube: Cube, side: 'client' | 'server'): NodeKey[] {
  const nodes = new Map<string, NodeKey>();
  for (let i = 0; i < cube.leaves.length; i++) {
    if (cube.accused[i] === 0) continue;
    const node = cube.leaves[i]!.edge[side];
    nodes.set(`${node.namespace}/${node.workload}`, node);
  }
  return [...nodes.values()];
}

function shrinkage(past: readonly Sample[]): number {
  const correlation = intraclass(dispersionOf(past));
  const weight = correlation > 0 ? (1 - correlation) / correlation : SHRINK.most;
  return Math.min(SHRINK.most, Math.max(SHRINK.least, weight));
}
