import type { NodeKey } from '../../graph/index.ts';
import type { Cause } from '../cause.ts';
import type { Anomaly } from '../detect.ts';
import type { Evidence } from '../evidence.ts';
import type { Finding } from '../finding.ts';
import { nodeId } from '../keys.ts';
import { signalOf } from '../signals.ts';
import { anomaliesOf, touchedBy } from '../symptom.ts';
import { blastRadius } from './blast-radius.ts';

/** Signals that somebody who waits for an answer feels. */
export const FELT: ReadonlySet<string> = new Set(['connect failures', 'errors', 'latency', 'resets']);
/** Of edges that carry at least this share of the worst excess, the one furthest from the origin is where users are. */
const COMPARABLE = 0.5;

/**
 * What users notice of a cause: the felt anomaly furthest up that still carries most of it (on the service asked about
 * where it has one), and the share of each workload's requests that is hit.
 */
export function impactOf(evidence: Evidence, cause: Cause, origins: ReadonlySet<string>): Finding['impact'] {
  const felt = anomaliesOf(evidence, cause).filter(({ baseline }) => FELT.has(baseline.measure.signal));
  const touched = touchedBy(evidence, cause).map(nodeId);
  const worst = Math.max(0, ...felt.map(excess));
  const far = (anomaly: Anomaly): number => touched.indexOf(nodeId(anomaly.edge.key.server));
  const home = evidence.service === null ? null : nodeId(evidence.service);
  const asked = (anomaly: Anomaly): number => (nodeId(anomaly.edge.key.server) === home ? 1 : 0);
  const [most] = felt
    .filter((anomaly) => asked(anomaly) > 0 || excess(anomaly) >= COMPARABLE * worst)
    .sort((a, b) => asked(b) - asked(a) || far(b) - far(a) || excess(b) - excess(a));
  const upstream = new Set(touched);
  return {
    signal: most === undefined ? null : signalOf(most),
    hit: most === undefined ? 0 : Math.max(0, Math.round(excess(most))),
    total: most === undefined ? 0 : most.sample.total,
    workloads: blastRadius(evidence, origins).filter(
      (node: NodeKey) => upstream.has(nodeId(node)) || callsOnly(evidence, node, upstream),
    ),
  };
}

/** Users and cron jobs are called by nobody; they are hit when they call somebody who is. */
function callsOnly({ edges }: Evidence, node: NodeKey, upstream: ReadonlySet<string>): boolean {
  return edges.some(({ key }) => nodeId(key.client) === nodeId(node) && upstream.has(nodeId(key.server)));
}

function excess({ sample, baseline }: Anomaly): number {
  return sample.bad - sample.total * baseline.belief.mean;
}
