import type { EdgeReader, Period } from '../graph/index.ts';
import type { ReportCoverage } from './finding.ts';

/** What the probes saw of a period; a node counts as reporting if it did in its newest window there. */
export async function coverageOf(reader: EdgeReader, period: Period): Promise<ReportCoverage> {
  const rows = await reader.coverage(period);
  const gaps = await reader.gaps(period);
  let [seen, lost, ends, unresolved] = [0, 0, 0, 0];
  const windows = [0, 0, 0];
  const newest = new Map<string, { window: number; reporting: boolean }>();
  for (const row of rows) {
    seen += row.seen;
    lost += row.lost;
    ends += row.ends;
    unresolved += row.unresolved;
    if (row.reporting) windows[Math.min(row.level, 2)]!++;
    const known = newest.get(row.node);
    if (!known || row.window >= known.window) newest.set(row.node, row);
  }
  const silent = [...newest].filter(([, { reporting }]) => !reporting).map(([node]) => node);
  return {
    seen: seen + lost > 0 ? seen / (seen + lost) : 1,
    lost,
    unresolved: ends > 0 ? unresolved / ends : 0,
    nodesReporting: newest.size - silent.length,
    nodesExpected: newest.size,
    gaps,
    silent: silent.sort(),
    turnsOnly: share(windows, 1),
    connectionsOnly: share(windows, 2),
  };
}

function share(windows: readonly number[], level: number): number {
  const all = windows.reduce((sum, count) => sum + count, 0);
  return all === 0 ? 0 : windows[level]! / all;
}
