import type { Report } from '../../analysis/index.ts';
import { coverageText, coverageWarnings } from './coverage.ts';
import { type Fact, facts, title } from './finding.ts';
import { iso, list, percent, sureness } from './format.ts';
import { headline, measured } from './headline.ts';
import { edgeName, nodeName, shortName } from './names.ts';
import { printable } from './style.ts';

/** A report as its sentences, in reading order; the renderers only lay them out. */
export interface Narrative {
  /** What limits everything below; empty when nothing does. */
  readonly warnings: readonly string[];
  readonly headline: string;
  readonly findings: readonly {
    readonly rank: number;
    readonly title: string;
    readonly explains: string;
    readonly facts: readonly Fact[];
  }[];
  readonly notes: readonly Fact[];
}

export interface NarrativeOptions {
  /** Store the report was read from, for the command that shows its rows. */
  readonly store?: string;
  /** Address of a running server that shows the same on its map. */
  readonly url?: string;
}

export function narrative(report: Report, options: NarrativeOptions = {}): Narrative {
  const { service, period, verdict } = report;
  return cleaned({
    warnings: coverageWarnings(report),
    headline: headline(report),
    findings: report.findings.map((finding) => ({
      rank: finding.rank,
      title: title(finding, service),
      explains: `${percent(finding.explains)} of the excess, ${sureness(finding.probability)}`,
      facts: facts(finding, service, period.to),
    })),
    notes: [
      ...(verdict === 'anomalous' && report.findings.length === 0 ? unexplained(report) : []),
      ...affected(report),
      note('seen', coverageText(report.coverage, period.to)),
      ...(report.findings.length > 0 ? [note('rows', rowsCommand(report, options.store))] : []),
      ...(options.url === undefined ? [] : [note('map', mapAddress(report, options.url))]),
    ],
  });
}

/** The story with every text made safe to print: names in it come from pods, processes and registries. */
function cleaned(story: Narrative): Narrative {
  const facts = (list: readonly Fact[]): Fact[] =>
    list.map(({ label, head, text }) => ({
      label,
      head: head === null ? null : printable(head),
      text: printable(text),
    }));
  return {
    warnings: story.warnings.map(printable),
    headline: printable(story.headline),
    findings: story.findings.map((finding) => ({
      ...finding,
      title: printable(finding.title),
      facts: facts(finding.facts),
    })),
    notes: facts(story.notes),
  };
}

function note(label: string, text: string): Fact {
  return { label, head: null, text };
}

/** Nothing explains it: say so, and what was looked at. */
function unexplained(report: Report): Fact[] {
  const seen = report.signals.map(
    (signal) => `${edgeName(signal.edge, report.service)}: ${measured(signal, report)}`,
  );
  return [
    note('cause', 'nothing recorded explains it: no workload, version, instance, node or zone stands out'),
    ...seen.slice(0, MAX_SIGNALS).map((text) => note('looked at', text)),
  ];
}

/** A report never prints forty lines of what it looked at. */
const MAX_SIGNALS = 5;

function affected(report: Report): Fact[] {
  const hit = report.blastRadius
    .filter((node) => nodeName(node) !== nodeName(report.service))
    .map((node) => `${shortName(node, report.service)} ${percent(node.share)}`);
  const innocent = exonerations(report);
  return [
    ...(hit.length === 0 ? [] : [note('also hit', `${hit.join(', ')} of requests`)]),
    ...(innocent.length === 0 ? [] : [note('innocent', innocent.join('; '))]),
  ];
}

/** The innocent by the reason they have in common; its counts are told where it is one workload's own. */
function exonerations({ exonerated, service }: Report): string[] {
  const groups = new Map<string, { readonly names: string[]; readonly because: string }>();
  for (const node of exonerated) {
    const reason = node.because.split(':')[0]!;
    const group = groups.get(reason) ?? { names: [], because: node.because };
    group.names.push(shortName(node, service));
    groups.set(reason, group);
  }
  return [...groups].map(
    ([reason, { names, because }]) => `${list(names)} (${names.length === 1 ? because : reason})`,
  );
}

/** The command that prints the rows behind the first finding of this very report. */
function rowsCommand({ service, period }: Report, store: string | undefined): string {
  const file = store === undefined ? '' : ` --store ${store}`;
  return `faultline why ${nodeName(service)} --from ${iso(period.from)} --to ${iso(period.to)} --rows 1${file}`;
}

function mapAddress(report: Report, url: string): string {
  const { namespace, workload } = report.service;
  const path = [namespace, workload].filter((part) => part !== '').map(encodeURIComponent);
  return `${url}/map/${path.join('/')}?at=${iso(report.period.to)}`;
}
