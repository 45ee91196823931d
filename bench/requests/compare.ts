import { type Flow, histogramTotal, mergeHistograms, quantile } from '../../probe/index.ts';
import type { Ledger } from './ledger.ts';

/** What the flows of one end say of a whole conversation. */
export interface Account {
  readonly protocols: readonly string[];
  readonly bases: readonly string[];
  readonly requests: number;
  readonly failed: number;
  readonly untimed: number;
  readonly latencies: number;
  readonly p50: number;
  readonly p99: number;
}

export function accountOf(flows: readonly Flow[]): Account {
  const sum = (pick: (flow: Flow) => number) => flows.reduce((total, flow) => total + pick(flow), 0);
  const distinct = (pick: (flow: Flow) => string) => [
    ...new Set(flows.filter((flow) => flow.requests > 0).map(pick)),
  ];
  const latency = mergeHistograms(...flows.map((flow) => flow.latency));
  return {
    protocols: distinct((flow) => flow.protocol),
    bases: distinct((flow) => flow.basis),
    requests: sum((flow) => flow.requests),
    failed: sum((flow) => flow.failedRequests),
    untimed: sum((flow) => flow.untimed),
    latencies: histogramTotal(latency),
    p50: quantile(latency, 0.5) ?? 0,
    p99: quantile(latency, 0.99) ?? 0,
  };
}

export const ledgerAccount = ({ requests, failed, untimed, micros }: Ledger): Account => ({
  protocols: [],
  bases: [],
  requests,
  failed,
  untimed,
  latencies: micros.length,
  p50: exactQuantile(micros, 0.5),
  p99: exactQuantile(micros, 0.99),
});

export const sameCounts = (a: Account, b: Account): boolean =>
  a.requests === b.requests && a.failed === b.failed && a.untimed === b.untimed;

/** Within 5 % or 50 µs, whichever is more. */
export const close = (seen: number, measured: number): boolean =>
  Math.abs(seen - measured) <= Math.max(50, measured * 0.05);

/** By nearest rank, as a flow's histogram has it: at least that share of the values is as small. */
function exactQuantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}
