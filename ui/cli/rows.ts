import type { Finding, Report } from '../../analysis/index.ts';
import type { EdgeKey, EdgeReader, EndpointRow, Leaf } from '../../graph/index.ts';
import { FaultlineError, quantile } from '../../probe/index.ts';
import { count, duration } from '../report/format.ts';
import { accused, isEdge, nodeName } from '../report/names.ts';
import { printable } from '../report/style.ts';

/** The rows behind a finding: every pair of instances of its origin, and whether it lies inside the domain. */
export interface FindingRow {
  readonly client: string;
  readonly server: string;
  readonly port: number;
  readonly version: string | null;
  readonly node: string | null;
  readonly zone: string | null;
  readonly inside: boolean;
  readonly requests: number;
  readonly failedRequests: number;
  readonly failedConnects: number;
  readonly p50Micros: number | null;
  readonly p99Micros: number | null;
}

/** @throws FaultlineError FL-604 when the report has no such finding */
export async function rowsJson(reader: EdgeReader, report: Report, rank: string): Promise<string> {
  const finding = chosen(report, rank);
  const rows = await findingRows(reader, report, finding);
  return `${JSON.stringify({ finding: finding.rank, rows, sql: finding.rows }, null, 2)}\n`;
}

/** @throws FaultlineError FL-604 when the report has no such finding */
export async function rowsText(reader: EdgeReader, report: Report, rank: string): Promise<string> {
  const finding = chosen(report, rank);
  const rows = await findingRows(reader, report, finding);
  const table = [
    ['', 'client', 'server', 'version', 'node', 'zone', 'requests', 'failed', 'refused', 'P50', 'P99'],
    ...rows.map((row) => [
      row.inside ? '*' : '',
      row.client,
      `${row.server}:${row.port}`,
      row.version ?? '–',
      row.node ?? '–',
      row.zone ?? '–',
      count(row.requests),
      count(row.failedRequests),
      count(row.failedConnects),
      duration(row.p50Micros),
      duration(row.p99Micros),
    ]),
  ].map((line) => line.map(printable));
  return `${aligned(table)}\n\n* inside the domain. The same from the edge table, window by window:\n\n${finding.rows}\n`;
}

function chosen(report: Report, rank: string): Finding {
  const finding = report.findings.find((one) => String(one.rank) === rank);
  if (finding !== undefined) return finding;
  const known = report.findings.map((one) => one.rank).join(', ');
  const hint = known === '' ? 'The report has no finding.' : `The report has ${known}.`;
  throw new FaultlineError('FL-604', `--rows cannot be "${rank}".`, hint);
}

async function findingRows(reader: EdgeReader, report: Report, finding: Finding): Promise<FindingRow[]> {
  const leaves = await reader.leaves(report.period, await originEdges(reader, report, finding));
  return leaves
    .map((leaf) => rowOf(leaf, finding))
    .sort((a, b) => Number(b.inside) - Number(a.inside) || b.requests - a.requests);
}

async function originEdges(reader: EdgeReader, report: Report, { origin }: Finding): Promise<EdgeKey[]> {
  if (isEdge(origin)) return [origin];
  const name = nodeName(accused(origin));
  const edges = await reader.edges(report.period);
  return edges.filter((edge) => nodeName(edge.server) === name);
}

function rowOf({ client, server, port, counts }: Leaf, { domain }: Finding): FindingRow {
  const ends = { client, server };
  return {
    client: instance(client),
    server: instance(server),
    port,
    version: server.tags.version ?? null,
    node: server.tags.node ?? null,
    zone: server.tags.zone ?? null,
    inside: domain.every(
      ({ side, tag, value }) => ends[side].tags[tag as keyof EndpointRow['tags']] === value,
    ),
    requests: counts.requests,
    failedRequests: counts.failedRequests,
    failedConnects: counts.refused + counts.timedOut + counts.unreachable,
    p50Micros: quantile(counts.latency, 0.5),
    p99Micros: quantile(counts.latency, 0.99),
  };
}

function instance({ tags, resolution }: EndpointRow): string {
  return tags.pod ?? tags.workload ?? tags.service ?? tags.process ?? tags.address ?? resolution;
}

/** Columns as wide as their widest cell; numbers (from the seventh on) to the right. */
function aligned(table: readonly (readonly string[])[]): string {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  const cell = (text: string, column: number): string =>
    column < FIRST_NUMBER ? text.padEnd(widths[column]!) : text.padStart(widths[column]!);
  return table.map((line) => line.map(cell).join('  ').trimEnd()).join('\n');
}

const FIRST_NUMBER = 6;
