import type { EdgeKey, EdgeReader, NodeKey, Period } from '../graph/index.ts';
import { attempts } from './counts.ts';
import { coverageOf } from './coverage.ts';
import type { Anomaly } from './detect.ts';
import { type Evidence, gather } from './evidence.ts';
import type { ReportCoverage, Signal, SignalName } from './finding.ts';
import { groupBy } from './group.ts';
import { nodeId, nodeOf } from './keys.ts';
import { settle, type When } from './period/index.ts';
import { signalOf, signalsOf } from './signals.ts';
import { ENOUGH_EVENTS } from './thresholds.ts';
import { trafficSignals } from './traffic.ts';

export type Status = 'ok' | 'warn' | 'bad' | 'unknown';

/** How an edge is, and the signal that says so (`null` for `ok` and `unknown`). */
export interface EdgeStatus {
  readonly edge: EdgeKey;
  readonly status: Status;
  readonly signal: Signal | null;
}

export interface Overview {
  readonly period: Period;
  readonly baseline: Period;
  /** What is off, worst first: what users feel before what only the wire shows. */
  readonly signals: readonly Signal[];
  readonly edges: readonly EdgeStatus[];
  /** Workloads with a problem on an edge into them, worst first. */
  readonly workloads: readonly (NodeKey & { readonly status: Status })[];
  readonly coverage: ReportCoverage;
}

/** Signals that somebody who waits for an answer feels; the others are warnings. */
const FELT: ReadonlySet<SignalName> = new Set([
  'connect failures',
  'errors',
  'latency',
  'resets',
  'dns failures',
]);
const RANK: Readonly<Record<Status, number>> = { bad: 0, warn: 1, unknown: 2, ok: 3 };

/** What is off right now (or in a period) anywhere. `null` where the store is empty. */
export async function overview(reader: EdgeReader, period?: Period): Promise<Overview | null> {
  const board = await look(reader, period ?? {});
  if (board === null) return null;
  const { evidence, edges } = board;
  const signals = [...signalsOf(evidence.anomalies), ...trafficSignals(evidence)];
  return {
    period: evidence.period,
    baseline: evidence.baseline,
    signals: signals.sort((a, b) => Number(FELT.has(b.signal)) - Number(FELT.has(a.signal)) || a.p - b.p),
    edges,
    workloads: workloadsOf(edges),
    coverage: await coverageOf(reader, evidence.period),
  };
}

/** How every edge is at a moment (microseconds since the epoch; the end of the data if left out), worst first. */
export async function statuses(reader: EdgeReader, at?: number): Promise<EdgeStatus[]> {
  const board = await look(reader, at === undefined ? {} : { at });
  return board === null ? [] : board.edges;
}

async function look(
  reader: EdgeReader,
  when: When,
): Promise<{ evidence: Evidence; edges: EdgeStatus[] } | null> {
  const settled = await settle(reader, when, null);
  if (settled === null) return null;
  const evidence = await gather(reader, settled.world, null, settled.choice);
  const anomalies = groupBy(evidence.anomalies, ({ edge }) => edge.id);
  const edges = evidence.edges.map(({ id, key, now, before }): EdgeStatus => {
    const worst = worstOf(anomalies.get(id) ?? []);
    if (worst) return { edge: key, status: FELT.has(worst.signal) ? 'bad' : 'warn', signal: worst };
    const enough = [now, before].every(
      (counts) => Math.max(counts.requests, attempts(counts)) >= ENOUGH_EVENTS,
    );
    return { edge: key, status: enough ? 'ok' : 'unknown', signal: null };
  });
  return { evidence, edges: edges.sort(byStatus) };
}

function worstOf(anomalies: readonly Anomaly[]): Signal | null {
  const signals = anomalies.map(signalOf);
  return signals.find(({ signal }) => FELT.has(signal)) ?? signals[0] ?? null;
}

function byStatus(a: EdgeStatus, b: EdgeStatus): number {
  return RANK[a.status] - RANK[b.status] || (a.signal?.p ?? 1) - (b.signal?.p ?? 1);
}

function workloadsOf(edges: readonly EdgeStatus[]): Overview['workloads'] {
  const rows = [...groupBy(edges, ({ edge }) => nodeId(edge.server)).values()].map((inbound) => {
    const status = inbound.reduce<Status>(
      (worst, e) => (RANK[e.status] < RANK[worst] ? e.status : worst),
      'ok',
    );
    return { ...nodeOf(inbound[0]!.edge.server), status };
  });
  return rows
    .filter(({ status }) => status === 'bad' || status === 'warn')
    .sort((a, b) => RANK[a.status] - RANK[b.status]);
}
