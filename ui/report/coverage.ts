import type { Report, ReportCoverage } from '../../analysis/index.ts';
import type { Period } from '../../graph/index.ts';
import { clock, count, list, percent, span } from './format.ts';

/** `100 % of connections on 3 of 3 nodes, 0 lost, 0.4 % of peers unnamed` */
export function coverageText(coverage: ReportCoverage, day: number): string {
  const { seen, lost, unresolved, nodesReporting, nodesExpected, gaps } = coverage;
  const { turnsOnly = 0, connectionsOnly = 0 } = coverage;
  const parts = [
    `${percent(seen)} of connections on ${nodesReporting} of ${nodesExpected} node${nodesExpected === 1 ? '' : 's'}`,
    `${count(lost)} lost`,
    `${percent(unresolved)} of peers unnamed`,
    ...(turnsOnly > 0 ? [`requests not read but timed for ${percent(turnsOnly)} of the time`] : []),
    ...(connectionsOnly > 0 ? [`requests not looked at for ${percent(connectionsOnly)} of the time`] : []),
    ...(gaps.length === 0 ? [] : [`no probe ran ${gapList(gaps, day)}`]),
  ];
  return parts.join(', ');
}

/** What a reader must know before anything else: where the probe was blind. */
export function coverageWarnings(report: Report): string[] {
  const {
    nodesReporting,
    nodesExpected,
    gaps,
    lost,
    seen,
    silent: names = [],
    connectionsOnly = 0,
  } = report.coverage;
  const silent = nodesExpected - nodesReporting;
  const warnings: string[] = [];
  if (silent > 0) {
    const which = names.length === 0 ? '' : ` (${list(names)})`;
    const nodes = silent === 1 ? `1 node${which} has` : `${count(silent)} nodes${which} have`;
    warnings.push(`${nodes} no probe reporting: what happens there is not in this answer.`);
  }
  if (gaps.length > 0) {
    warnings.push(`No probe ran ${gapList(gaps, report.period.to)}: this answer knows nothing of that time.`);
  }
  if (connectionsOnly > 0) {
    warnings.push(
      `For ${percent(connectionsOnly)} of the time the probe was over its budget and counted connections only: requests of that time are missing.`,
    );
  }
  if (lost > 0 && seen < 0.99) {
    warnings.push(`Only ${percent(seen)} of the connections were seen, ${count(lost)} were lost.`);
  }
  return warnings;
}

/** More gaps than these are counted, with their total length. */
const MAX_GAPS = 3;

function gapList(gaps: readonly Period[], day: number): string {
  const shown = gaps
    .slice(0, MAX_GAPS)
    .map(({ from, to }) => `from ${clock(from, day)} to ${clock(to, day)}`);
  if (gaps.length <= MAX_GAPS) return shown.join(' and ');
  const length = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  return `${shown.join(', ')} and ${gaps.length - MAX_GAPS} times more (${span(length)} in all)`;
}
