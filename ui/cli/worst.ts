import { type EdgeStatus, type Report, statuses, why } from '../../analysis/index.ts';
import type { EdgeReader, NodeKey } from '../../graph/index.ts';
import { accused, nodeName } from '../report/names.ts';

/** Services asked about; the report wanted is nearly always that of the first. */
const MAX_ASKED = 8;

/**
 * The report most worth reading of a store nobody asked a question of: on a service that users feel (its own trouble comes
 * from elsewhere) before the one that causes it, and before one that is well. `null` when nothing answers requests.
 */
export async function worstReport(reader: EdgeReader): Promise<Report | null> {
  let best: Report | null = null;
  for (const service of candidates(await statuses(reader))) {
    const report = await why(reader, { service });
    if (best === null || worth(report) > worth(best)) best = report;
    if (worth(best) === MOST) break;
  }
  return best;
}

/** Those who wait for a bad edge and are waited for themselves, then those who answer badly, then the others. */
function candidates(edges: readonly EdgeStatus[]): NodeKey[] {
  const sorted = [...edges].sort(
    (a, b) => RANK[a.status] - RANK[b.status] || (b.signal?.requests ?? 0) - (a.signal?.requests ?? 0),
  );
  const answering = new Set(sorted.map(({ edge }) => nodeName(edge.server)));
  const waiting = sorted
    .filter(({ status, edge }) => status === 'bad' && answering.has(nodeName(edge.client)))
    .map(({ edge }) => edge.client);
  const all = [...waiting, ...sorted.map(({ edge }) => edge.server)];
  return [...new Map(all.map((node) => [nodeName(node), node])).values()].slice(0, MAX_ASKED);
}

const RANK: Readonly<Record<EdgeStatus['status'], number>> = { bad: 0, warn: 1, ok: 2, unknown: 3 };

const MOST = 3;

function worth({ verdict, findings, service }: Report): number {
  if (verdict !== 'anomalous') return verdict === 'healthy' ? 0 : -1;
  const first = findings[0];
  if (first === undefined) return 1;
  return nodeName(accused(first.origin)) === nodeName(service) ? 2 : MOST;
}
