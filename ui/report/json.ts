import type { Count, DomainTag, Finding, Report, Signal } from '../../analysis/index.ts';
import type { Period } from '../../graph/index.ts';
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
    findings: report.findings.map((finding) => findingDocument(finding, report)),
    blastRadius: report.blastRadius.map(({ workload, namespace, share }) => ({ workload, namespace, share })),
    exonerated: report.exonerated.map(({ workload, namespace, because }) => ({
      workload,
      namespace,
      because,
    })),
    health: { ...report.health },
    coverage: {
      seen: report.coverage.seen,
      lost: report.coverage.lost,
      unresolved: report.coverage.unresolved,
      nodesReporting: report.coverage.nodesReporting,
      nodesExpected: report.coverage.nodesExpected,
      turnsOnly: report.coverage.turnsOnly ?? 0,
      connectionsOnly: report.coverage.connectionsOnly ?? 0,
      silent: [...(report.coverage.silent ?? [])],
      gaps: report.coverage.gaps.map(period),
      text: coverageText(report.coverage, report.period.to),
    },
  };
}

function period({ from, to }: Period) {
  return { from: iso(from), to: iso(to) };
}

function signal(one: Signal) {
  return { ...one, edge: edge(one.edge) };
}

function edge({ client, server, port }: Signal['edge']) {
  return { client: nodeName(client), server: nodeName(server), port };
}

function findingDocument(finding: Finding, report: Report) {
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
    text: title(finding, report.service),
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
