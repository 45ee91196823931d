import type { EdgeReader, Leaf, NodeKey, Period } from '../graph/index.ts';
import { WINDOW_MICROS } from '../graph/index.ts';
import { baselinesOf } from './baseline.ts';
import { sumCounts } from './counts.ts';
import { type Anomaly, detect, evidenceOf } from './detect.ts';
import { type Choice, type Evidence, gather } from './evidence.ts';
import { groupBy } from './group.ts';
import { leafId, pairLeaves } from './leaves.ts';
import { MEASURES } from './measure.ts';
import { baselineBefore, onsetOf } from './period/index.ts';
import { pooled, thinnest } from './pooled-evidence.ts';
import { BASELINE_PREFERRED_WINDOWS, FALSE_REPORTS } from './thresholds.ts';
import { indexOf, timeOf, type World } from './world.ts';

/** An incident lasts for two windows at least; each further length is half as long again. */
const FIRST_WINDOWS = 2;
const GROWTH = 1.5;

/**
 * The evidence where no edge as a whole shows when something began. What hits a part of an edge (one of many pods) may drown
 * in the rest of it, and parts are only read in whole stretches: so the newest two windows, three, five … are held against
 * what was before them. One of these lengths is right to within half of it, whenever it began; what may be the rest of it is
 * kept out of the baseline, which a few bad seconds would make look restless.
 */
export async function gatherNewest(
  reader: EdgeReader,
  world: World,
  service: NodeKey | null,
  usual: Choice,
): Promise<Evidence> {
  const stretches = await stretchesOf(reader, world);
  // What is paid for is what is looked at: so many lengths, and two onsets of the best.
  const looked = Math.max(2, stretches.length);
  const found = strongest(world, stretches, looked);
  for (const { from, clean } of found.flatMap((one) => onsetsOf(world, one))) {
    const period = { from, to: world.span.to };
    const baseline = enoughBefore(world, Math.min(from, clean));
    const choice = { ...usual, looked, period, baseline };
    const evidence = await gather(reader, world, service, choice);
    if (standsOut(evidence)) return evidence;
    const together = pooled(evidence);
    if (standsOut(together)) return together;
  }
  return gather(reader, world, service, usual);
}

/** The clean stretch before a time; where what is restless leaves little of it, all that was before. */
function enoughBefore(world: World, end: number): Period {
  const clean = baselineBefore(world, end);
  const windows = (clean.to - clean.from) / WINDOW_MICROS;
  return windows >= BASELINE_PREFERRED_WINDOWS ? clean : { from: world.span.from, to: end };
}

function standsOut({ world, anomalies }: Evidence): boolean {
  return anomalies.some(({ edge }) => world.scope.relevant.has(edge.id));
}

interface Stretch extends Period {
  readonly leaves: readonly Leaf[];
}

/**
 * All of the world, read once, in stretches: the newest first, each later one half as long as all before it, and last what is
 * left for a baseline however long the rest.
 */
async function stretchesOf(reader: EdgeReader, { span }: World): Promise<Stretch[]> {
  const oldest = span.from + BASELINE_PREFERRED_WINDOWS * WINDOW_MICROS;
  const stretches: Stretch[] = [];
  for (let to = span.to; to > span.from; ) {
    const windows = Math.max(FIRST_WINDOWS, Math.round((GROWTH * (span.to - to)) / WINDOW_MICROS));
    const from = to > oldest ? Math.max(oldest, span.to - windows * WINDOW_MICROS) : span.from;
    stretches.push({ from, to, leaves: await reader.leaves({ from, to }) });
    to = from;
  }
  return stretches;
}

interface Found {
  readonly anomaly: Anomaly;
  readonly period: Period;
  /** Where the time ends that is surely before it. */
  readonly clean: number;
}

function strongest(world: World, stretches: readonly Stretch[], looked: number): Found[] {
  let best: Found | null = null;
  // What shows over several edges together, where no edge by itself holds up when looked at again.
  let together: Found | null = null;
  for (let count = 1; count < stretches.length; count++) {
    const { from } = stretches[count - 1]!;
    if (indexOf(world, from) < BASELINE_PREFERRED_WINDOWS) break;
    const guard = guarded(world, stretches[count]!) ? 1 : 0;
    const before = stretches.slice(count + guard).map(({ leaves }) => leaves);
    const clean = stretches[count - 1 + guard]!.from;
    const edges = evidenceOf(pairLeaves(merged(stretches.slice(0, count)), before));
    const past = new Map(edges.map((edge) => [edge.id, edge.before]));
    const baselines = baselinesOf(world.edges, past, { from: 0, to: indexOf(world, clean) });
    const price = Math.max(1, edges.length) * MEASURES.length * looked;
    const relevant = ({ edge }: Anomaly): boolean => world.scope.relevant.has(edge.id);
    const anomaly = detect(edges, baselines, price).find(relevant);
    const period = { from, to: world.span.to };
    if (anomaly !== undefined && anomaly.p < (best?.anomaly.p ?? FALSE_REPORTS))
      best = { anomaly, period, clean };
    const thin = thinnest(edges, baselines, price).find(relevant);
    if (thin !== undefined && thin.p < (together?.anomaly.p ?? FALSE_REPORTS))
      together = { anomaly: thin, period, clean };
  }
  return [best, together].filter((found) => found !== null);
}

/** Whether a baseline is left when a stretch is kept out of it. */
function guarded(world: World, { from }: Stretch): boolean {
  return indexOf(world, from) >= BASELINE_PREFERRED_WINDOWS;
}

/** The same ends and port are one leaf. */
function merged(stretches: readonly Stretch[]): Leaf[] {
  const byEnds = groupBy(
    stretches.flatMap(({ leaves }) => leaves),
    leafId,
  );
  return [...byEnds.values()].map((same) => ({
    ...same[0]!,
    counts: sumCounts(same.map(({ counts }) => counts)),
  }));
}

/** Where the edge itself changed most; then the start of the length that was found. */
function onsetsOf(
  world: World,
  { anomaly: { edge, baseline }, period, clean }: Found,
): { readonly from: number; readonly clean: number }[] {
  const series = world.edges.find(({ id }) => id === edge.id)!;
  const before = { from: world.span.from, to: period.from };
  const at = onsetOf(world, series, baseline.measure, baseline.threshold!, before, period);
  const latest = world.windows - FIRST_WINDOWS;
  return [...new Set([timeOf(world, Math.min(at, latest)), period.from])].map((from) => ({ from, clean }));
}
