import { histogramTotal, quantile } from '../probe/index.ts';
import type { Anomaly } from './detect.ts';
import type { Signal } from './finding.ts';

/** An anomaly as what a person reads: P99 in ms of a time, else the share of bad events. */
export function signalOf({ edge, baseline, sample, p }: Anomaly): Signal {
  const { measure, usual } = baseline;
  const common = { edge: edge.key, signal: measure.signal, requests: edge.now.requests, p };
  if (measure.kind === 'time') {
    const at = (counts: typeof edge.now): number | null => {
      const histogram = counts[measure.time];
      return histogramTotal(histogram) === 0 ? null : quantile(histogram, 0.99)! / 1000;
    };
    return { ...common, was: at(edge.before), is: at(edge.now), unit: 'ms' };
  }
  const was = usual.total > 0 ? usual.bad / usual.total : null;
  return { ...common, was, is: sample.bad / sample.total, unit: 'share' };
}

/** One signal per edge and name, the most certain. */
export function signalsOf(anomalies: readonly Anomaly[]): Signal[] {
  const seen = new Set<string>();
  return anomalies
    .map((anomaly) => ({
      id: `${anomaly.edge.id} ${anomaly.baseline.measure.signal}`,
      signal: signalOf(anomaly),
    }))
    .filter(({ id }) => !seen.has(id) && seen.add(id))
    .map(({ signal }) => signal);
}
