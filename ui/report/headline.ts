import type { Report, Signal } from '../../analysis/index.ts';
import type { NodeKey } from '../../graph/index.ts';
import { clock, count, milliseconds, percent, rate, span } from './format.ts';
import { edgeName } from './names.ts';
import { COMPLAINTS, QUANTITIES, SEVERITY, TIMES, WAITS } from './words.ts';

/** One sentence that can be read aloud to the people waiting: who, what, since when, from how much to how much. */
export function headline(report: Report): string {
  const name = report.service.workload;
  switch (report.verdict) {
    case 'healthy':
      return `${name} is healthy${prefixed(': ', healthClauses(report))}.`;
    case 'not enough data':
      return `Not enough data to judge ${name}: ${report.missing ?? 'nothing was recorded in this period'}.`;
    case 'anomalous':
      return anomalous(report, name);
  }
}

/** When it began: the earliest onset of the findings, else the start of the period. */
export function since(report: Report): number {
  const onsets = report.findings.map(({ onset }) => onset);
  return onsets.length === 0 ? report.period.from : Math.min(...onsets);
}

function anomalous(report: Report, name: string): string {
  const worst = leading(report);
  const start = since(report);
  const when = `since ${clock(start, report.period.to)} (${span(Math.max(0, report.period.to - start))})`;
  if (worst === null) return `${name} behaves unusually ${when}.`;
  const own = touches(worst, report.service, 'server');
  const complaint = own ? `${name} ${COMPLAINTS[worst.signal]}` : `${name} ${WAITS[worst.signal]}`;
  const clauses = [`${measured(worst, report)} on ${edgeName(worst.edge, report.service)}`];
  const other = worst.signal === 'latency' ? 'errors' : worst.signal === 'errors' ? 'latency' : null;
  if (other !== null) {
    const second = report.signals.find((signal) => signal.signal === other && sameSide(signal, report, own));
    clauses.push(second === undefined ? `${other} unchanged` : measured(second, report));
  }
  return `${complaint} ${when}: ${clauses.join(', ')}.`;
}

/** The signal to speak of: on the service's own answers before its calls, what users feel before what they do not. */
function leading(report: Report): Signal | null {
  const order = (signal: Signal): number =>
    SEVERITY.indexOf(signal.signal) +
    (touches(signal, report.service, 'server')
      ? 0
      : touches(signal, report.service, 'client')
        ? SEVERITY.length
        : 2 * SEVERITY.length);
  const sorted = [...report.signals].sort((a, b) => order(a) - order(b) || b.requests - a.requests);
  return sorted[0] ?? null;
}

function sameSide(signal: Signal, report: Report, own: boolean): boolean {
  return touches(signal, report.service, own ? 'server' : 'client');
}

function touches(signal: Signal, service: NodeKey, side: 'client' | 'server'): boolean {
  const end = signal.edge[side];
  return end.namespace === service.namespace && end.workload === service.workload;
}

/** A signal as was → is; of the service's own answers the P99 over all who ask. */
export function measured(signal: Signal, report: Report): string {
  const { p99, wasP99 } = report.health;
  if (
    signal.signal === 'latency' &&
    p99 !== null &&
    wasP99 !== null &&
    touches(signal, report.service, 'server')
  ) {
    return `P99 ${milliseconds(wasP99)} → ${milliseconds(p99)}`;
  }
  return quantity(signal);
}

/** `errors 0 % → 16 %`, `P99 71 ms → 240 ms`: a signal as was → is, in its own unit. */
export function quantity(signal: Signal): string {
  const value = (number: number | null): string => {
    if (number === null) return 'nothing';
    if (signal.unit === 'ms') return milliseconds(number);
    if (signal.unit === 'share') return percent(number);
    return signal.unit === 'per second' ? `${rate(number)}/s` : `${count(number)} ${signal.unit}`;
  };
  const name = signal.unit === 'ms' ? TIMES[signal.signal] : QUANTITIES[signal.signal];
  return `${name ?? signal.signal} ${value(signal.was)} → ${value(signal.is)}`;
}

function healthClauses(report: Report): string[] {
  const { p99, wasP99, errorRate, wasErrorRate } = report.health;
  const clauses: string[] = [];
  if (p99 !== null) clauses.push(`P99 ${milliseconds(p99)}${usual(wasP99, milliseconds)}`);
  if (errorRate !== null) {
    const failed = errorRate === 0 ? 'no request failed' : `${percent(errorRate)} of requests failed`;
    clauses.push(`${failed}${usual(errorRate === 0 ? null : wasErrorRate, percent)}`);
  }
  return clauses;
}

function usual(value: number | null, say: (value: number) => string): string {
  return value === null ? '' : ` (usual ${say(value)})`;
}

function prefixed(prefix: string, clauses: readonly string[]): string {
  return clauses.length === 0 ? '' : `${prefix}${clauses.join(', ')}`;
}
