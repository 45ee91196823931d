import { type EdgeReader, type Leaf, WINDOW_MICROS } from '../graph/index.ts';
import { beliefOf } from './baseline.ts';
import type { Cause } from './cause.ts';
import type { Choice, Evidence } from './evidence.ts';
import { leafId } from './leaves.ts';
import { sampleOf } from './measure.ts';
import type { Sample } from './statistics/dispersion.ts';
import { surprise } from './statistics/tail.ts';
import { BASELINE_WINDOWS } from './thresholds.ts';

/** Chance that a quiet window right before the onset is taken for a part of the incident. */
const FALSE_BEGINNING = 0.01;

/**
 * When a cause began, by its own traffic: an edge into many pods shows a bad one late, when chance has sent it enough. As long
 * as the window before the period is bad inside the domain, the period begins with it.
 *
 * @returns the choice of periods that begins there, or `null` where the one at hand already does
 */
export async function beginningOf(
  reader: EdgeReader,
  { period, baseline, baselines }: Evidence,
  choice: Choice,
  cause: Cause,
): Promise<Choice | null> {
  const { candidate, cube } = cause.located;
  if (candidate.bad <= candidate.expected) return null;
  const inside = insideOf(cause, baselines);
  const belief = beliefOf(inside.usual, candidate.expected / candidate.total, cube.correlation);
  const earliest = baseline.from + BASELINE_WINDOWS * WINDOW_MICROS;
  let { from } = period;
  while (from - WINDOW_MICROS >= earliest) {
    const { bad, total } = inside.of(await reader.leaves({ from: from - WINDOW_MICROS, to: from }));
    if (surprise(bad, total, belief) > FALSE_BEGINNING) break;
    from -= WINDOW_MICROS;
  }
  if (from === period.from) return null;
  // As with every onset, the window before it may hold the first bad seconds.
  const to = Math.min(baseline.to, Math.max(earliest, from - WINDOW_MICROS));
  return { ...choice, period: { from, to: period.to }, baseline: { from: baseline.from, to } };
}

/** The cause's measure over its own endpoint pairs: in the baseline, and in other leaves. */
function insideOf(
  { located: { candidate, cube } }: Cause,
  baselines: Evidence['baselines'],
): {
  readonly usual: Sample;
  of(leaves: readonly Leaf[]): Sample;
} {
  const { measure } = cube;
  const thresholds = new Map<string, number>();
  const usual = { bad: 0, total: 0 };
  for (const i of candidate.members) {
    const leaf = cube.leaves[i]!;
    const threshold = baselines.get(leaf.edgeId)?.get(measure.name)?.threshold ?? 0;
    thresholds.set(leafId(leaf), threshold);
    add(usual, sampleOf(measure, leaf.before, threshold));
  }
  return {
    usual,
    of(leaves) {
      const sum = { bad: 0, total: 0 };
      for (const leaf of leaves) {
        const threshold = thresholds.get(leafId(leaf));
        if (threshold !== undefined) add(sum, sampleOf(measure, leaf.counts, threshold));
      }
      return sum;
    },
  };
}

function add(sum: { bad: number; total: number }, { bad, total }: Sample): void {
  sum.bad += bad;
  sum.total += total;
}
