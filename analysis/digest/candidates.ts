import type { EdgeReader, NodeKey } from '../../graph/index.ts';
import { findingOf, originNode } from '../assemble.ts';
import type { Cause } from '../cause.ts';
import type { Anomaly } from '../detect.ts';
import type { Choice, Evidence } from '../evidence.ts';
import { gather } from '../evidence.ts';
import type { Finding, Signal } from '../finding.ts';
import { causesOf } from '../findings.ts';
import { FELT } from '../impact/felt.ts';
import { judgedBy } from '../impact/health.ts';
import { nodeId, nodeOf } from '../keys.ts';
import { originate } from '../originate.ts';
import { passedOn } from '../passed-on.ts';
import { signalsOf } from '../signals.ts';
import { anomaliesOf } from '../symptom.ts';
import { FINDINGS } from '../thresholds.ts';
import type { World } from '../world.ts';
import { lastSeen } from './extent.ts';

/** Something that may be an incident: one cause in one stretch, before chance was ruled out. */
export interface Candidate {
  /** `null`: anomalies that nothing explains. */
  readonly finding: Finding | null;
  readonly signals: readonly Signal[];
  /** Workload the cause accuses, as an id; of the unexplained, where it is felt. */
  readonly accused: string;
  readonly home: NodeKey;
  readonly services: readonly NodeKey[];
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Of the surest anomaly of its own, corrected for all edges, measures and onsets of the slice. */
  readonly p: number;
  readonly cause: Cause | null;
  readonly evidence: Evidence;
}

/** Looks into one stretch the way `why` does, over all services at once: a candidate for every cause. */
export async function candidatesOf(
  reader: EdgeReader,
  world: World,
  choice: Choice,
  until: number,
): Promise<Candidate[]> {
  const evidence = await gather(reader, world, null, choice);
  if (evidence.anomalies.length === 0) return [];
  const ownership = originate(evidence.edges, evidence.anomalies, evidence.baselines, passedOn(evidence));
  const causes = causesOf(evidence, ownership).slice(0, FINDINGS);
  const found: Candidate[] = [];
  const explained = new Set<Anomaly>();
  for (const cause of causes) {
    const anomalies = anomaliesOf(evidence, cause);
    for (const anomaly of anomalies) explained.add(anomaly);
    if (anomalies.length > 0)
      found.push(await candidateOf(reader, evidence, cause, causes, anomalies, until));
  }
  // What only the wire shows and nothing explains is no news by itself.
  const rest = evidence.anomalies.filter(
    (anomaly) => !explained.has(anomaly) && FELT.has(anomaly.baseline.measure.signal),
  );
  return rest.length === 0 ? found : [...found, unexplained(evidence, rest)];
}

async function candidateOf(
  reader: EdgeReader,
  evidence: Evidence,
  cause: Cause,
  causes: readonly Cause[],
  anomalies: readonly Anomaly[],
  until: number,
): Promise<Candidate> {
  const first = findingOf(reader, evidence, cause, { rank: 1, causes, judged: [] });
  const home = homeOf(first);
  const finding = findingOf(reader, evidence, cause, {
    rank: 1,
    causes,
    judged: judgedBy(evidence.edges, home),
  });
  const { firstSymptom, impact } = finding;
  return {
    finding,
    signals: signalsOf(anomalies),
    accused: originNode(cause),
    home,
    services: impact.workloads.map(nodeOf),
    firstSeen: Math.min(firstSymptom?.at ?? evidence.period.from, evidence.period.from),
    lastSeen: await lastSeen(reader, evidence, cause, until),
    p: Math.min(...anomalies.map(({ p }) => p)),
    cause,
    evidence,
  };
}

/** Where a person would ask: the service in which it is felt, else the one that is accused. */
function homeOf({ impact, origin }: Finding): NodeKey {
  const accused =
    'server' in origin ? (origin.server.namespace === '' ? origin.client : origin.server) : origin;
  const felt = impact.signal?.edge.server;
  return nodeOf(felt !== undefined && felt.namespace !== '' ? felt : accused);
}

function unexplained(evidence: Evidence, anomalies: readonly Anomaly[]): Candidate {
  const { key } = anomalies[0]!.edge;
  const servers = new Map(anomalies.map(({ edge }) => [nodeId(edge.key.server), nodeOf(edge.key.server)]));
  return {
    finding: null,
    signals: signalsOf(anomalies),
    accused: nodeId(key.server),
    home: nodeOf(key.server.namespace === '' ? key.client : key.server),
    services: [...servers.values()],
    firstSeen: evidence.period.from,
    lastSeen: evidence.period.to,
    p: anomalies[0]!.p,
    cause: null,
    evidence,
  };
}
