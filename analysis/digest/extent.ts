import { type EdgeCounts, type EdgeReader, WINDOW_MICROS } from '../../graph/index.ts';
import type { Cause } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { edgeId } from '../keys.ts';
import { sampleOf } from '../measure.ts';
import { ENOUGH_BAD } from '../thresholds.ts';

/** An incident is over when this many windows with traffic in a row were nearer to the usual than to the incident. */
const OVER_WINDOWS = 3;
const HALF = 0.5;

interface Sum {
  readonly bad: number;
  readonly total: number;
  readonly usual: number;
}

/**
 * When a cause was last seen: the end of the last window in which its signal, on the edges it sits on and against the
 * frozen baseline, was nearer to what it was in the incident than to the usual. Microseconds, at most `until`.
 */
export async function lastSeen(
  reader: EdgeReader,
  evidence: Evidence,
  cause: Cause,
  until: number,
): Promise<number> {
  const { period } = evidence;
  const windows = await windowsOf(reader, evidence, cause, until);
  const inside = added(windows.filter(([at]) => at < period.to).map(([, sum]) => sum));
  if (inside.bad < ENOUGH_BAD || inside.bad <= inside.usual) return period.to;
  const excess = (inside.bad - inside.usual) / inside.total;
  let last = period.from + WINDOW_MICROS;
  let calm = 0;
  for (const [at, { bad, total, usual }] of windows) {
    if (total === 0) continue;
    if ((bad - usual) / total >= HALF * excess) {
      last = at + WINDOW_MICROS;
      calm = 0;
    } else if (++calm >= OVER_WINDOWS && at >= period.to) break;
  }
  return last;
}

/** The cause's signal from the onset on, window by window. */
async function windowsOf(
  reader: EdgeReader,
  { world, period, baselines }: Evidence,
  { edges, located }: Cause,
  until: number,
): Promise<[at: number, sum: Sum][]> {
  const { measure } = located.cube;
  const found = new Map<number, Sum>();
  const add = (at: number, id: string, counts: EdgeCounts): void => {
    const baseline = baselines.get(id)?.get(measure.name);
    if (at < period.from || at >= until || baseline === undefined || baseline.threshold === null) return;
    const { bad, total } = sampleOf(measure, counts, baseline.threshold);
    const sum = { bad, total, usual: total * baseline.belief.mean };
    found.set(at, added([sum, ...(found.has(at) ? [found.get(at)!] : [])]));
  };
  const ids = new Set(edges.map(edgeId));
  for (const { id, windows } of world.edges) {
    if (!ids.has(id)) continue;
    windows.forEach((counts, i) => {
      if (counts !== null) add(world.span.from + i * WINDOW_MICROS, id, counts);
    });
  }
  if (until > world.span.to) {
    for (const row of await reader.series({ from: world.span.to, to: until }, edges)) {
      if (ids.has(edgeId(row))) add(row.window, edgeId(row), row.counts);
    }
  }
  return [...found].sort(([a], [b]) => a - b);
}

function added(sums: readonly Sum[]): Sum {
  const total = (name: keyof Sum): number => sums.reduce((sum, one) => sum + one[name], 0);
  return { bad: total('bad'), total: total('total'), usual: total('usual') };
}
