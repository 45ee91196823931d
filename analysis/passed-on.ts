import type { EdgeCounts } from '../graph/index.ts';
import type { EdgeBaseline } from './baseline.ts';
import type { Anomaly } from './detect.ts';
import type { Evidence } from './evidence.ts';
import { groupBy } from './group.ts';
import { nodeId } from './keys.ts';
import { sampleOf } from './measure.ts';
import { passedAtMost } from './origin/index.ts';
import { surprise } from './statistics/tail.ts';
import { FALSE_REPORTS } from './thresholds.ts';
import { indexOf } from './world.ts';

/**
 * Of each anomalous edge, the share of its failures that made its client fail, at most: by the windows since the edge began to
 * fail, which may be earlier than the period asked about. A client whose own failures began later, or which goes on without
 * this answer, did not get its failures from there.
 */
export function passedOn({ world, period }: Evidence): (anomaly: Anomaly) => number {
  const series = new Map(world.edges.map((edge) => [edge.id, edge.windows]));
  const inbound = groupBy(world.edges, ({ key }) => nodeId(key.server));
  const known = new Map<EdgeBaseline, number>();
  const shareOf = ({ edge, baseline }: Anomaly): number => {
    const windows = series.get(edge.id);
    const answering = inbound.get(nodeId(edge.key.client));
    if (windows === undefined || answering === undefined) return 1;
    const { from, to } = failing(windows, baseline, indexOf(world, period.from), indexOf(world, period.to));
    const at = (i: number): number => from + i;
    const length = Math.max(0, to - from);
    const calls = Float64Array.from({ length }, (_, i) => excessIn(windows[at(i)], baseline));
    const answers = Float64Array.from({ length }, (_, i) =>
      answering.reduce((sum, { windows }) => sum + (windows[at(i)]?.failedRequests ?? 0), 0),
    );
    return passedAtMost(calls, answers);
  };
  return (anomaly) => {
    const share = known.get(anomaly.baseline) ?? shareOf(anomaly);
    known.set(anomaly.baseline, share);
    return share;
  };
}

/** The period, and the windows right before it in which the edge already failed by more than chance. */
function failing(
  windows: readonly (EdgeCounts | null)[],
  baseline: EdgeBaseline,
  start: number,
  end: number,
): { readonly from: number; readonly to: number } {
  let from = Math.max(0, start);
  for (; from > 0; from--) {
    const counts = windows[from - 1];
    if (!counts) break;
    const { bad, total } = sampleOf(baseline.measure, counts, baseline.threshold ?? 0);
    if (surprise(bad, total, baseline.belief) > FALSE_REPORTS) break;
  }
  return { from, to: Math.min(end, windows.length) };
}

function excessIn(
  counts: EdgeCounts | null | undefined,
  { measure, belief, threshold }: EdgeBaseline,
): number {
  if (!counts) return 0;
  const { bad, total } = sampleOf(measure, counts, threshold ?? 0);
  return Math.max(0, bad - total * belief.mean);
}
