import type { EdgeReader, NodeKey, Period } from '../graph/index.ts';
import { FaultlineError } from '../probe/index.ts';
import { assemble, originNode } from './assemble.ts';
import { beginningOf } from './beginning.ts';
import type { Cause } from './cause.ts';
import { attempts, sumCounts } from './counts.ts';
import { coverageOf } from './coverage.ts';
import { type Choice, type Evidence, gather } from './evidence.ts';
import type { Report, ReportCoverage } from './finding.ts';
import { causesOf } from './findings.ts';
import { blastRadius } from './impact/blast-radius.ts';
import { exonerated } from './impact/exonerate.ts';
import { healthOf, judgedBy } from './impact/health.ts';
import { nodeId, nodeOf } from './keys.ts';
import { gatherNewest } from './newest.ts';
import { type Ownership, originate } from './originate.ts';
import { passedOn } from './passed-on.ts';
import { settle, type When } from './period/index.ts';
import { pooled, withServers } from './pooled-evidence.ts';
import { signalsOf } from './signals.ts';
import { ENOUGH_EVENTS } from './thresholds.ts';
import { trafficSignals } from './traffic.ts';
import type { World } from './world.ts';

export interface WhyQuery extends When {
  readonly service: NodeKey;
}

/**
 * Why a service is slow or fails: period and onset, baseline, signals, origin, domain, impact. All times are
 * microseconds since the epoch. A question without times is about now, or what was last wrong in the hour before.
 *
 * @throws {FaultlineError} FL-401 for a service no traffic was ever seen of, FL-402 for a period that ends before it
 * starts
 */
export async function why(reader: EdgeReader, query: WhyQuery): Promise<Report> {
  const settled = await settle(reader, query, query.service);
  if (settled === null) return nothing(query, 'the store holds no traffic of that time');
  const { world, choice } = settled;
  await known(reader, query.service);
  const first = await evidenceOf(reader, world, query.service, choice);
  const { evidence, ownership, causes } = await fromTheBeginning(reader, explained(first), choice);
  const coverage = await coverageOf(reader, evidence.period);
  const judged = judgedBy(evidence.edges, query.service);
  const findings = assemble(reader, evidence, causes, judged);
  const relevant = evidence.anomalies.filter(({ edge }) => world.scope.relevant.has(edge.id));
  const traffic = trafficSignals(evidence).filter(({ edge }) => touches(edge, query.service));
  const origins = new Set(causes.map(originNode));
  const missing = relevant.length > 0 ? null : tooLittle(evidence, judged);
  return {
    service: nodeOf(query.service),
    period: evidence.period,
    baseline: evidence.baseline,
    verdict: relevant.length > 0 ? 'anomalous' : missing === null ? 'healthy' : 'not enough data',
    missing,
    signals: [...signalsOf(relevant), ...traffic],
    findings,
    blastRadius: findings.length > 0 ? blastRadius(evidence, origins) : [],
    exonerated: findings.length > 0 ? exonerated(evidence, ownership, origins) : [],
    health: healthOf(judged),
    coverage,
  };
}

/** What is wrong and whose doing it is. */
interface Explained {
  readonly evidence: Evidence;
  readonly ownership: Ownership;
  readonly causes: readonly Cause[];
}

/** The causes that edges show by themselves; where there are none, those that they show together. */
function explained(evidence: Evidence): Explained {
  const alone = causesIn(evidence);
  if (alone.causes.length > 0) {
    const more = withServers(evidence);
    return more === evidence ? alone : causesIn(more);
  }
  const together = pooled(evidence);
  return together === evidence ? alone : causesIn(together);
}

function causesIn(evidence: Evidence): Explained {
  const ownership = originate(evidence.edges, evidence.anomalies, evidence.baselines, passedOn(evidence));
  return { evidence, ownership, causes: causesOf(evidence, ownership) };
}

/** Once a cause is known its own traffic may show an earlier onset, unless times were given; then all is judged from there. */
async function fromTheBeginning(reader: EdgeReader, late: Explained, choice: Choice): Promise<Explained> {
  const { evidence, causes } = late;
  if (choice.looked === 1 || causes[0] === undefined) return late;
  const earlier = await beginningOf(reader, evidence, choice, causes[0]);
  if (earlier === null) return late;
  const whole = explained(await gather(reader, evidence.world, evidence.service, earlier));
  return whole.causes.length > 0 ? whole : late;
}

/** What an edge as a whole shows comes first; then what only a part of one does. */
async function evidenceOf(
  reader: EdgeReader,
  world: World,
  service: NodeKey,
  choice: Choice,
): Promise<Evidence> {
  if (!choice.onset) return gatherNewest(reader, world, service, choice);
  const evidence = await gather(reader, world, service, choice);
  if (choice.looked === 1 || evidence.anomalies.some(({ edge }) => world.scope.relevant.has(edge.id)))
    return evidence;
  return gatherNewest(reader, world, service, choice);
}

function touches(edge: { readonly client: NodeKey; readonly server: NodeKey }, service: NodeKey): boolean {
  return nodeId(edge.client) === nodeId(service) || nodeId(edge.server) === nodeId(service);
}

/** What is missing for a verdict, in one phrase; `null` when there is enough. */
function tooLittle({ period, baseline }: Evidence, judged: Evidence['edges']): string | null {
  const events = (counts: ReturnType<typeof sumCounts>): number =>
    Math.max(counts.requests, attempts(counts));
  const now = events(sumCounts(judged.map((edge) => edge.now)));
  if (now < ENOUGH_EVENTS) return `${requests(now)} since ${clock(period.from)}, ${ENOUGH_EVENTS} needed`;
  const before = events(sumCounts(judged.map((edge) => edge.before)));
  if (before >= ENOUGH_EVENTS) return null;
  return `${requests(before)} from ${clock(baseline.from)} to ${clock(baseline.to)} to compare with, ${ENOUGH_EVENTS} needed`;
}

function requests(count: number): string {
  return count === 1 ? '1 request' : `${count} requests`;
}

function clock(micros: number): string {
  return new Date(micros / 1000).toISOString().slice(11, 19);
}

async function known(reader: EdgeReader, service: NodeKey): Promise<void> {
  const range = await reader.range();
  const nodes = range === null ? [] : await reader.nodes({ from: range.from, to: range.to + 1 });
  if (nodes.some((node) => nodeId(node) === nodeId(service))) return;
  throw new FaultlineError(
    'FL-401',
    `No traffic of ${nodeId(service)} was ever seen.`,
    'Look its name up with faultline search, or wait until it talks to somebody.',
  );
}

const NO_COVERAGE: ReportCoverage = {
  seen: 0,
  lost: 0,
  unresolved: 0,
  nodesReporting: 0,
  nodesExpected: 0,
  gaps: [],
};

function nothing({ service, at, from, to, baseline }: WhyQuery, missing: string): Report {
  const end = to ?? at ?? 0;
  const period: Period = { from: from ?? end, to: end };
  return {
    service: nodeOf(service),
    period,
    baseline: baseline ?? { from: period.from, to: period.from },
    verdict: 'not enough data',
    missing,
    signals: [],
    findings: [],
    blastRadius: [],
    exonerated: [],
    health: { p50: null, p99: null, wasP50: null, wasP99: null, errorRate: null, wasErrorRate: null },
    coverage: NO_COVERAGE,
  };
}
