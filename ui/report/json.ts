import type { Count, DomainTag, Finding, Report, ReportCoverage, Signal } from '../../analysis/index.ts';
import type { NodeKey, Period } from '../../graph/index.ts';
import { coverageText } from './coverage.ts';
import { title } from './finding.ts';
import { iso } from './format.ts';
import { headline } from './headline.ts';
import { isEdge, nodeName } from './names.ts';

/** The report as the contract prints it: times ISO 8601 UTC, workloads as `namespace/workload`, texts included. */
export type ReportDocument = ReturnType<typeof toJson>;

export function toJson(report: Report) {
  return {
    service: nodeName(report.service),
    ...period(report.period),
    baseline: period(report.baseline),
    verdict: report.verdict,
    missing: report.missing,
    text: headline(report),
    signals: report.signals.map(signal),
    findings: report.findings.map((finding) => findingDocument(finding, report.service)),
    blastRadius: report.blastRadius.map(({ workload, namespace, share }) => ({ workload, namespace, share })),
    exonerated: report.exonerated.map(({ workload, namespace, because }) => ({
      workload,
      namespace,
      because,
    })),
    health: { ...report.health },
    coverage: coverageDocument(report.coverage, report.period),
  };
}

export function coverageDocument(coverage: ReportCoverage, { to }: Period) {
  return {
    seen: coverage.seen,
    lost: coverage.lost,
    unresolved: coverage.unresolved,
    nodesReporting: coverage.nodesReporting,
    nodesExpected: coverage.nodesExpected,
    turnsOnly: coverage.turnsOnly ?? 0,
    connectionsOnly: coverage.connectionsOnly ?? 0,
    silent: [...(coverage.silent ?? [])],
    gaps: coverage.gaps.map(period),
    text: coverageText(coverage, to),
  };
}

function period({ from, to }: Period) {
  return { from: iso(from), to: iso(to) };
}

/** A signal with its edge's ends by name. */
export function signal(one: Signal) {
  return { ...one, edge: edge(one.edge) };
}

function edge({ client, server, port }: Signal['edge']) {
  return { client: nodeName(client), server: nodeName(server), port };
}

/** One finding; `home` is the service whose namespace goes without saying in its text. */
export function findingDocument(finding: Finding, home: NodeKey) {
  const { change, origin } = finding;
  return {
    rank: finding.rank,
    origin: isEdge(origin) ? edge(origin) : { workload: origin.workload, namespace: origin.namespace },
    domain: finding.domain.map(domainTag),
    ends: finding.ends ?? null,
    aliases: finding.aliases.map((alias) => alias.map(domainTag)),
    mechanism: finding.mechanism,
    signal: finding.signal,
    probability: finding.probability,
    explains: finding.explains,
    inside: counts(finding.inside),
    outside: counts(finding.outside),
    also: finding.also.map(({ signal, inside, outside }) => ({
      signal,
      inside: counts(inside),
      outside: counts(outside),
    })),
    ratio: { ...finding.ratio },
    p: finding.p,
    onset: iso(finding.onset),
    change: change === null ? null : { ...change, at: iso(change.at) },
    stateChange: stateChange(finding),
    firstSymptom: symptom(finding),
    impact: impact(finding),
    counterfactual: finding.counterfactual === null ? null : { ...finding.counterfactual },
    split: finding.split === null ? null : { ...finding.split },
    ruledOut: finding.ruledOut.map(({ domain, because }) => ({ domain: domain.map(domainTag), because })),
    rows: finding.rows,
    text: title(finding, home),
  };
}

function stateChange({ stateChange: state }: Finding) {
  return state && { ...state, at: state.at === null ? null : iso(state.at) };
}

function symptom({ firstSymptom: first }: Finding) {
  return first && { edge: edge(first.edge), signal: first.signal, at: iso(first.at) };
}

function impact({ impact: { signal: felt, hit, total, workloads } }: Finding) {
  return {
    signal: felt && signal(felt),
    hit,
    total,
    workloads: workloads.map(({ workload, namespace, share }) => ({ workload, namespace, share })),
  };
}

function domainTag({ side, tag, value }: DomainTag) {
  return { side, tag, value };
}

function counts({ bad, total, rate }: Count) {
  return { bad, total, rate };
}
