import { attempts } from './counts.ts';
import type { Evidence } from './evidence.ts';
import type { Signal } from './finding.ts';
import { chiSquareTail } from './statistics/special.ts';
import { ENOUGH_EVENTS, FALSE_REPORTS } from './thresholds.ts';
import { indexOf } from './world.ts';

/** Traffic that doubles or halves is worth a word; less is the day's drift. */
const TRAFFIC_FACTOR = 2;
/** An edge that was used in this share of the baseline's windows was in steady use. */
const STEADY_SHARE = 0.8;

/**
 * Edges whose rate doubled, halved or fell to nothing. The newest window is left out: it is usually not over. Told, but
 * never a finding by itself: more or fewer questions are nobody's fault until answers get worse.
 */
export function trafficSignals({ world, period, baseline, price }: Evidence): Signal[] {
  const then = { from: Math.max(0, indexOf(world, baseline.from)), to: indexOf(world, baseline.to) };
  const now = {
    from: indexOf(world, period.from),
    to: Math.min(indexOf(world, period.to), world.windows - 1),
  };
  if (now.to <= now.from || then.to <= then.from) return [];
  const signals: Signal[] = [];
  for (const edge of world.edges) {
    const count = (i: number): number => {
      const counts = edge.windows[i];
      return counts ? Math.max(counts.requests, attempts(counts)) : 0;
    };
    const past = range(then).map(count);
    const fresh = range(now).map(count);
    const was = average(past);
    const is = average(fresh);
    const expected = was * fresh.length;
    if (Math.max(expected, is * fresh.length) < ENOUGH_EVENTS) continue;
    const spread = past.reduce((sum, n) => sum + (n - was) ** 2, 0) / Math.max(1, past.length - 1);
    // The mean of correlated windows varies like one of them, and never less than a Poisson count.
    const variance = Math.max(spread, was / fresh.length, 1 / fresh.length) + was / past.length;
    const p = Math.min(1, chiSquareTail((is - was) ** 2 / variance, 1) * price);
    const seconds = 10;
    const base = { edge: edge.key, was: was / seconds, is: is / seconds, unit: 'per second', p };
    const requests = fresh.reduce((a, b) => a + b, 0);
    const steady = past.filter((n) => n > 0).length >= STEADY_SHARE * past.length;
    if (is === 0 && steady && expected >= ENOUGH_EVENTS)
      signals.push({ ...base, signal: 'vanished', requests });
    else if (p <= FALSE_REPORTS && was > 0 && (is >= TRAFFIC_FACTOR * was || is * TRAFFIC_FACTOR <= was)) {
      signals.push({ ...base, signal: 'traffic', requests });
    }
  }
  return signals;
}

function range({ from, to }: { readonly from: number; readonly to: number }): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
}
