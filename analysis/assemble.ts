import type { EdgeReader, NodeKey } from '../graph/index.ts';
import type { Cause } from './cause.ts';
import { probabilityOf } from './certainty/index.ts';
import type { EdgeEvidence } from './detect.ts';
import type { Evidence } from './evidence.ts';
import type { DomainTag, Finding, SignalName } from './finding.ts';
import { counterfactual } from './impact/counterfactual.ts';
import { impactOf } from './impact/felt.ts';
import { nodeId } from './keys.ts';
import type { Candidate, Cube } from './localise/index.ts';
import { sampleOf } from './measure.ts';
import { ruledOut, sum } from './rule-out.ts';
import { changeBehind, stateChangeOf } from './state-change/index.ts';
import { countOf, rateRatio } from './statistics/ratio.ts';
import { firstSymptom } from './symptom.ts';
import { ALIAS_LINES, FINDINGS } from './thresholds.ts';

/** Turns causes into findings, the strongest first. */
export function assemble(
  reader: EdgeReader,
  evidence: Evidence,
  causes: readonly Cause[],
  judged: readonly EdgeEvidence[],
): Finding[] {
  return causes
    .slice(0, FINDINGS)
    .map((cause, i) => findingOf(reader, evidence, cause, { rank: i + 1, causes, judged }));
}

/** One cause as a finding among others, in the numbers of the edges a service is judged by. */
export function findingOf(
  reader: EdgeReader,
  evidence: Evidence,
  cause: Cause,
  among: {
    readonly rank: number;
    readonly causes: readonly Cause[];
    readonly judged: readonly EdgeEvidence[];
  },
): Finding {
  const { rank, causes, judged } = among;
  const has = (name: string): boolean =>
    evidence.anomalies.some((a) => a.baseline.measure.name === name && judged.includes(a.edge));
  const anomalous = { latency: has('latency'), errors: has('errors') };
  const { candidate, aliases, cube, explains, p } = cause.located;
  const domain = domainOf(candidate, cause);
  const counts = countsOf(cause, domain, evidence);
  return {
    rank,
    origin: cause.origin,
    domain,
    scope: candidate.comparable.kind,
    ...(candidate.ends === 'as said' ? {} : { ends: candidate.ends }),
    aliases: domain.length === 0 ? [] : aliasesOf(candidate, aliases, cause),
    mechanism: cause.mechanism,
    signal: cube.measure.signal,
    probability: probabilityOf(cause),
    explains,
    ...counts,
    also: alsoOf(cause, evidence),
    ratio: rateRatio(counts.inside, counts.outside),
    p,
    onset: evidence.period.from,
    change: changeBehind(evidence, cause),
    stateChange: stateChangeOf(evidence, cause),
    firstSymptom: firstSymptom(evidence, cause),
    impact: impactOf(evidence, cause, new Set([originNode(cause)])),
    counterfactual: counterfactual(cause, causes, judged, anomalous),
    split: cause.split,
    ruledOut: ruledOut(cause.located),
    rows: reader.rowsQuery(evidence.period, cause.edges[0]!),
  };
}

/** The workload a cause accuses. */
export function originNode({ origin }: Cause): string {
  return nodeId('server' in origin ? origin.server : origin);
}

function countsOf(cause: Cause, domain: readonly DomainTag[], evidence: Evidence) {
  const { cube, candidate } = cause.located;
  const { raw, total } = sum(cube, candidate.members);
  return { inside: countOf(raw, total), outside: outsideOf(cause, domain, evidence) };
}

/** One line a signal: the first, strongest cause on it speaks. */
function alsoOf(cause: Cause, evidence: Evidence): Finding['also'] {
  const bySignal = new Map<SignalName, Cause>();
  for (const other of cause.also) {
    const { signal } = other.located.cube.measure;
    if (signal !== cause.located.cube.measure.signal && !bySignal.has(signal)) bySignal.set(signal, other);
  }
  return [...bySignal].map(([signal, other]) => ({
    signal,
    ...countsOf(other, domainOf(other.located.candidate, other), evidence),
  }));
}

/** Tags beyond what the origin already says: an edge says its client and its port. */
function domainOf({ tags }: Candidate, { origin }: Cause): DomainTag[] {
  const said = 'server' in origin ? origin : null;
  return tags.filter(
    ({ side, tag, value }) =>
      !(said && tag === 'port' && value === String(said.port)) &&
      !(said && side === 'client' && tag === 'workload' && value === said.client.workload),
  );
}

function aliasesOf(chosen: Candidate, aliases: readonly Candidate[], cause: Cause): DomainTag[][] {
  const others = aliases.map((alias) => domainOf(alias, cause));
  // A place that counts for either end is as well the client's.
  if (chosen.ends !== 'as said' && chosen.tags.length === 1) {
    others.unshift(chosen.tags.map((tag) => ({ ...tag, side: 'client' as const })));
  }
  const said = domainOf(chosen, cause);
  const own = JSON.stringify(said);
  const unique = new Map(others.map((tags) => [JSON.stringify(tags), tags]));
  return (
    [...unique]
      // What only seemed as short, because it says who calls, is the longer name.
      .filter(([key, tags]) => tags.length > 0 && tags.length <= said.length && key !== own)
      .map(([, tags]) => tags)
      .slice(0, ALIAS_LINES)
  );
}

function outsideOf({ located }: Cause, domain: readonly DomainTag[], evidence: Evidence): Finding['outside'] {
  const { candidate, cube } = located;
  if (domain.length === 0) return past(cube, candidate.members, evidence);
  const inside = new Set(candidate.members);
  const { comparable } = candidate;
  const same = (node: NodeKey, other: NodeKey): boolean =>
    node.namespace === other.namespace && node.workload === other.workload;
  const rest: number[] = [];
  for (let i = 0; i < cube.leaves.length; i++) {
    if (inside.has(i)) continue;
    if (comparable.kind === 'place' || same(cube.leaves[i]!.edge[comparable.kind], comparable.workload))
      rest.push(i);
  }
  const { raw, total } = sum(cube, rest);
  return countOf(raw, total);
}

function past(cube: Cube, members: readonly number[], evidence: Evidence): Finding['outside'] {
  let [bad, total] = [0, 0];
  for (const i of members) {
    const leaf = cube.leaves[i]!;
    const threshold = evidence.baselines.get(leaf.edgeId)?.get(cube.measure.name)?.threshold ?? 0;
    const sample = sampleOf(cube.measure, leaf.before, threshold);
    bad += sample.bad;
    total += sample.total;
  }
  return countOf(bad, total);
}
