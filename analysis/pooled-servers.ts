import { type Baselines, beliefOf, type EdgeBaseline } from './baseline.ts';
import { type Anomaly, alikenessOf, bestPart, type Divisible, type EdgeEvidence } from './detect.ts';
import { groupBy } from './group.ts';
import { nodeId } from './keys.ts';
import { MEASURES, type Measure, matters, sampleOf } from './measure.ts';
import { divisionsOf, leafSamples } from './parts.ts';
import { surprise } from './statistics/tail.ts';
import { ENOUGH_BAD, FALSE_REPORTS } from './thresholds.ts';

/** An edge on one measure. */
interface Row {
  readonly edge: EdgeEvidence;
  readonly baseline: EdgeBaseline & { readonly threshold: number };
}

/**
 * Edges into one workload that are no anomaly by themselves and are one together: what it does badly it does to whoever asks, and
 * each caller may see too little of it. All that is asked of it is tested as a whole, and in parts that tags of its own instances make.
 * @param price tests that could have been made beside these
 */
export function serverAnomalies(
  edges: readonly EdgeEvidence[],
  baselines: Baselines,
  price: number,
): Anomaly[] {
  const found: Anomaly[] = [];
  const alike = alikenessOf(edges, baselines);
  for (const into of groupBy(edges, ({ key }) => nodeId(key.server)).values()) {
    if (into.length < 2) continue;
    for (const measure of MEASURES) {
      const rows = rowsOf(into, measure, baselines);
      const p = chance(measure, rows, price, alike);
      if (p > FALSE_REPORTS) continue;
      for (const { edge, baseline } of rows) {
        const sample = sampleOf(measure, edge.now, baseline.threshold);
        if (sample.bad > sample.total * baseline.belief.mean) found.push({ edge, baseline, sample, p });
      }
    }
  }
  return found.sort((a, b) => a.p - b.p);
}

function rowsOf(edges: readonly EdgeEvidence[], { name }: Measure, baselines: Baselines): Row[] {
  return edges.flatMap((edge) => {
    const baseline = baselines.get(edge.id)?.get(name);
    if (baseline === undefined || baseline.threshold === null) return [];
    return [{ edge, baseline: { ...baseline, threshold: baseline.threshold } }];
  });
}

function chance(
  measure: Measure,
  rows: readonly Row[],
  price: number,
  alike: (measure: Measure) => number,
): number {
  if (rows.length < 2) return 1;
  const traffic = together(measure, rows);
  const [bad, total] = sum(traffic.samples.now);
  if (bad < ENOUGH_BAD) return 1;
  const whole = matters(measure, { bad, total }, traffic.belief.mean)
    ? surprise(bad, total, traffic.belief) * price
    : 1;
  if (whole <= FALSE_REPORTS) return whole;
  const leaves = rows.flatMap(({ edge }) => edge.leaves);
  return Math.min(
    whole,
    bestPart({ ...traffic, alike: alike(measure) }, divisionsOf(leaves, ['server']), price),
  );
}

/** Each edge by its own threshold and past; what one instance does it does on all of them, so that they wander as one. */
function together(measure: Measure, rows: readonly Row[]): Omit<Divisible, 'alike'> {
  const parts = rows.map(({ edge, baseline }) => leafSamples(edge.leaves, measure, baseline.threshold));
  const samples = {
    now: parts.flatMap(({ now }) => now),
    before: parts.flatMap(({ before }) => before),
    stretches: parts.flatMap(({ stretches }) => stretches),
  };
  let [expected, total, shared] = [0, 0, 0];
  for (const [i, { baseline }] of rows.entries()) {
    const [, events] = sum(parts[i]!.now);
    total += events;
    expected += events * baseline.belief.mean;
    shared += events * baseline.correlation;
  }
  const correlation = total > 0 ? shared / total : 0;
  const [usualBad, usualTotal] = sum(samples.before);
  // Its rate is that of today's mix of edges, its weight that of all their past.
  const { weight } = beliefOf({ bad: usualBad, total: usualTotal }, 0, correlation);
  return {
    measure,
    samples,
    belief: { mean: total > 0 ? expected / total : 0, weight },
    correlation,
  };
}

function sum(samples: readonly { readonly bad: number; readonly total: number }[]): [number, number] {
  let [bad, total] = [0, 0];
  for (const sample of samples) {
    bad += sample.bad;
    total += sample.total;
  }
  return [bad, total];
}
