import type { EdgeKey } from '../../graph/index.ts';
import { attempts } from '../counts.ts';
import type { Evidence } from '../evidence.ts';
import { edgeId } from '../keys.ts';
import { median } from '../statistics/quantile.ts';
import { chiSquareTail } from '../statistics/special.ts';
import { CHANGE_BEFORE_MICROS, FALSE_REPORTS, SHARE_FACTOR } from '../thresholds.ts';
import { indexOf, timeOf } from '../world.ts';

/** More questions than before, a second. */
export interface Rise {
  readonly was: number;
  readonly is: number;
  readonly at: number;
}

const SECONDS = 10;
/** Windows after the onset that show what the rate was when it began: later, retries and lost users blur it. */
const EARLY_WINDOWS = 3;
const HALF = 0.5;
/** Standard deviations of a normal spread in one median absolute deviation. */
const DEVIATIONS = 1.4826;

/**
 * Whether the requests on some edges had risen when the trouble began: by a factor that matters, by more than chance, and
 * no later than the onset. What rises afterwards are retries, a consequence.
 */
export function trafficRise(evidence: Evidence, edges: readonly EdgeKey[]): Rise | null {
  const { world, period } = evidence;
  const { rate, past, early } = ratesOf(evidence, edges);
  const onset = indexOf(world, period.from);
  if (past.length < 2 || early.length === 0) return null;
  // The rise may begin in the baseline's last windows, when nothing was slow yet: medians do not see it.
  const [was, is] = [median(Float64Array.from(past)), mean(early)];
  if (was <= 0 || is < SHARE_FACTOR * was) return null;
  const deviation = DEVIATIONS * median(Float64Array.from(past, (n) => Math.abs(n - was)));
  const variance = Math.max(deviation ** 2, was) * (1 / past.length + 1 / early.length);
  if (chiSquareTail((is - was) ** 2 / variance, 1) > FALSE_REPORTS) return null;
  // Back from the onset for as long as the rate was nearer to what it became than to what it had been.
  const middle = was + HALF * (is - was);
  if (rate(onset) < middle) return null;
  let first = onset;
  const earliest = Math.max(0, indexOf(world, period.from - CHANGE_BEFORE_MICROS));
  while (first > earliest && rate(first - 1) >= middle) first--;
  return { was: was / SECONDS, is: is / SECONDS, at: timeOf(world, first) };
}

/** Requests a second on some edges, usually and when the trouble began; 0 where nothing is known. */
export function riseOf(evidence: Evidence, edges: readonly EdgeKey[]): Pick<Rise, 'was' | 'is'> {
  const { past, early } = ratesOf(evidence, edges);
  const was = past.length === 0 ? 0 : median(Float64Array.from(past));
  return { was: was / SECONDS, is: mean(early) / SECONDS };
}

/** Requests in each window: of any, of the baseline's, of the first since the onset. */
function ratesOf({ world, period, baseline }: Evidence, edges: readonly EdgeKey[]) {
  const ids = new Set(edges.map(edgeId));
  const series = world.edges.filter(({ id }) => ids.has(id));
  const rate = (i: number): number =>
    series.reduce((sum, { windows }) => {
      const counts = windows[i];
      return counts ? sum + Math.max(counts.requests, attempts(counts)) : sum;
    }, 0);
  const onset = indexOf(world, period.from);
  const past = span(Math.max(0, indexOf(world, baseline.from)), indexOf(world, baseline.to)).map(rate);
  const early = span(onset, Math.min(indexOf(world, period.to), onset + EARLY_WINDOWS)).map(rate);
  return { rate, past, early };
}

function span(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
}
