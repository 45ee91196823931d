import type { Change } from '../enrich/index.ts';
import { type EdgeReader, type NodeKey, type Period, WINDOW_MICROS } from '../graph/index.ts';
import { type Baselines, baselinesOf } from './baseline.ts';
import { type Anomaly, detect, type EdgeEvidence, evidenceOf } from './detect.ts';
import { pairLeaves } from './leaves.ts';
import { MEASURES } from './measure.ts';
import { CHANGE_BEFORE_MICROS } from './thresholds.ts';
import { indexOf, type World } from './world.ts';

/** Everything later stages look at: both periods leaf by leaf, baselines, anomalies, changes. */
export interface Evidence {
  readonly world: World;
  readonly service: NodeKey | null;
  readonly period: Period;
  /**
   * The part of the period that is counted: where the onset was estimated, its window is left out, for it holds requests
   * from before and from after, and a handful of good ones would tell apart what nothing tells apart.
   */
  readonly counted: Period;
  readonly baseline: Period;
  readonly edges: readonly EdgeEvidence[];
  readonly baselines: Baselines;
  /** On every edge, most certain first. */
  readonly anomalies: readonly Anomaly[];
  readonly changes: readonly Change[];
  /** Tests that could have been made: what every probability is multiplied with. */
  readonly price: number;
}

export interface Choice {
  readonly period: Period;
  readonly baseline: Period;
  /** Onsets the period was chosen from. */
  readonly looked: number;
}

/** Reads both periods at the grain of endpoint pairs and tests every edge. */
export async function gather(
  reader: EdgeReader,
  world: World,
  service: NodeKey | null,
  { period, baseline, looked }: Choice,
): Promise<Evidence> {
  const counted = looked > 1 ? withoutOnset(period) : period;
  const now = await reader.leaves(counted);
  const before = await reader.leaves(baseline);
  const changes = await reader.changes({ from: period.from - CHANGE_BEFORE_MICROS, to: period.to });
  const edges = evidenceOf(pairLeaves(now, before));
  const past = new Map(edges.map((edge) => [edge.id, edge.before]));
  const windows = { from: Math.max(0, indexOf(world, baseline.from)), to: indexOf(world, baseline.to) };
  const baselines = baselinesOf(world.edges, past, windows);
  const price = Math.max(1, edges.length) * MEASURES.length * looked;
  const anomalies = detect(edges, baselines, price);
  return { world, service, period, counted, baseline, edges, baselines, anomalies, changes, price };
}

/** As long as two windows are left, which an incident lasts at least. */
function withoutOnset({ from, to }: Period): Period {
  return to - from >= 3 * WINDOW_MICROS ? { from: from + WINDOW_MICROS, to } : { from, to };
}
