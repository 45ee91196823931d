import type { Change } from '../enrich/index.ts';
import {
  type EdgeReader,
  type Leaf,
  type NodeKey,
  type Period,
  WINDOW_MICROS,
  workloadOf,
} from '../graph/index.ts';
import { type Baselines, baselinesOf } from './baseline.ts';
import { type Anomaly, detect, type EdgeEvidence, evidenceOf } from './detect.ts';
import { edgeId } from './keys.ts';
import { leafId, pairLeaves } from './leaves.ts';
import { MEASURES } from './measure.ts';
import { CHANGE_BEFORE_MICROS } from './thresholds.ts';
import { indexOf, type World } from './world.ts';

/** Everything later stages look at: both periods leaf by leaf, baselines, anomalies, changes. */
export interface Evidence {
  readonly world: World;
  readonly service: NodeKey | null;
  readonly period: Period;
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
  /** Whether the period starts with an onset, or was given; else it is the newest part of a time in which nothing stands out. */
  readonly onset: boolean;
}

/** Reads both periods at the grain of endpoint pairs and tests every edge. */
export async function gather(
  reader: EdgeReader,
  world: World,
  service: NodeKey | null,
  { period, baseline, looked }: Choice,
): Promise<Evidence> {
  const now = await leavesOf(reader, period, looked > 1);
  const before = await stretchesOf(reader, baseline);
  const changes = await reader.changes({ from: period.from - CHANGE_BEFORE_MICROS, to: period.to });
  const edges = evidenceOf(pairLeaves(now, before));
  const past = new Map(edges.map((edge) => [edge.id, edge.before]));
  const windows = { from: Math.max(0, indexOf(world, baseline.from)), to: indexOf(world, baseline.to) };
  const baselines = baselinesOf(world.edges, past, windows);
  const price = Math.max(1, edges.length) * MEASURES.length * looked;
  const anomalies = detect(edges, baselines, price);
  return { world, service, period, baseline, edges, baselines, anomalies, changes, price };
}

/** Stretches a baseline is read in: enough to see it wander, long enough to be of an incident's length. */
const STRETCHES = 4;
const LEAST_STRETCH_WINDOWS = 2;

async function stretchesOf(reader: EdgeReader, { from, to }: Period): Promise<Leaf[][]> {
  const windows = Math.floor((to - from) / WINDOW_MICROS);
  const count = Math.max(1, Math.min(STRETCHES, Math.floor(windows / LEAST_STRETCH_WINDOWS)));
  const at = (part: number): number =>
    part === count ? to : from + Math.floor((part * windows) / count) * WINDOW_MICROS;
  const stretches: Leaf[][] = [];
  for (let part = 0; part < count; part++)
    stretches.push(await reader.leaves({ from: at(part), to: at(part + 1) }));
  return stretches;
}

/**
 * Leaves of the period. Where the onset was estimated, its window holds requests from before and from after it; what was
 * never seen again after that window (a pod that a rollout took away) belongs to the time before, and its handful of good
 * requests would tell apart what nothing tells apart.
 */
async function leavesOf(reader: EdgeReader, { from, to }: Period, estimated: boolean): Promise<Leaf[]> {
  const all = await reader.leaves({ from, to });
  if (!estimated || to - from < 2 * WINDOW_MICROS) return all;
  const later = await reader.leaves({ from: from + WINDOW_MICROS, to });
  const stayed = new Set(later.map(leafId));
  const alive = new Set(later.map(edgeIdOf));
  return all.filter((leaf) => stayed.has(leafId(leaf)) || !alive.has(edgeIdOf(leaf)));
}

function edgeIdOf({ client, server, port }: Leaf): string {
  return edgeId({ client: workloadOf(client), server: workloadOf(server), port });
}
