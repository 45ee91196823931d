import { FELT } from '../impact/felt.ts';
import type { Candidate } from './candidates.ts';
import type { Severity } from './types.ts';

/** Users notice widely when this share of the requests of a service they wait for is hit. */
const WIDE = 0.1;
const ORDER: Readonly<Record<Severity, number>> = { high: 0, medium: 1, low: 2 };

/** `high`: felt by a tenth of the requests of some service; `medium`: felt; `low`: only the wire shows it. */
export function severityOf({ finding, signals }: Candidate): Severity {
  if (finding === null) return signals.some(({ signal }) => FELT.has(signal)) ? 'medium' : 'low';
  const { signal, hit, total, workloads } = finding.impact;
  if (signal === null) return 'low';
  const share = Math.max(total > 0 ? hit / total : 0, ...workloads.map((workload) => workload.share));
  return share >= WIDE ? 'high' : 'medium';
}

/** Worst first: by severity, then by what was hit for how long. */
export function bySeverity(
  a: { readonly severity: Severity; readonly weight: number },
  b: { readonly severity: Severity; readonly weight: number },
): number {
  return ORDER[a.severity] - ORDER[b.severity] || b.weight - a.weight;
}

/** Requests hit a second, times the seconds it lasted. */
export function weightOf({ finding, firstSeen, lastSeen, evidence }: Candidate): number {
  const { from, to } = evidence.period;
  const rate = (finding?.impact.hit ?? 0) / Math.max(1, to - from);
  return rate * Math.max(0, lastSeen - firstSeen);
}
