import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { type Calls, originOfFailures, originOfTime, type SeriesTable } from '../../analysis/index.ts';
import { readCsv } from '../localization/csv.ts';
import { type Cases, foldersIn, joined } from './cases.ts';
import type { Incident, Quiet } from './score.ts';
import { splitsOf } from './splits.ts';

interface Target {
  readonly node: string;
  readonly metric: string;
  readonly agg: string;
}
interface Label {
  readonly target: Target;
  readonly root_cause: { readonly node: string; readonly metric: string | null };
}
/** One series of the file, by service, metric and statistic. */
type Columns = ReadonlyMap<string, Float64Array>;

/**
 * Faults injected into an application of microservices: a folder with `graph.csv`, `noissue/`, `train/` and `test/`, or one
 * that holds such scenarios. The normal table is the past of every issue, and cut in two it is the quiet cases; issues of a
 * scenario without one are left out, as nothing says what is usual there.
 */
export function petshop(folder: string): Cases {
  return joined(scenariosIn(folder, DEEPEST).map(scenarioOf));
}

/** Folders below the one that is given in which scenarios are looked for. */
const DEEPEST = 2;

function scenariosIn(folder: string, deeper: number): readonly string[] {
  if (existsSync(join(folder, 'graph.csv'))) return [folder];
  return deeper === 0 ? [] : foldersIn(folder).flatMap((each) => scenariosIn(each, deeper - 1));
}

function scenarioOf(folder: string): Cases {
  const calls = callsOf(join(folder, 'graph.csv'));
  const normal = columnsOf(join(folder, 'noissue', 'metrics.csv'));
  const issues = ['train', 'test']
    .map((part) => join(folder, part))
    .flatMap((part) => (existsSync(part) ? foldersIn(part) : []));
  const incidents: Incident[] = [];
  const leftOut: string[] = [];
  const targets = new Map<string, Target>();
  for (const issue of issues) {
    const name = relative(dirname(folder), issue);
    const [label, abnormal] = [labelOf(join(issue, 'target.json')), columnsOf(join(issue, 'metrics.csv'))];
    if (label === null) leftOut.push(`${name}: no target.json that names target and cause`);
    else if (abnormal.size === 0) leftOut.push(`${name}: no metrics.csv`);
    else if (normal.size === 0) leftOut.push(`${name}: its scenario has no normal table`);
    else {
      const { node, metric, agg } = label.target;
      targets.set(`${node} ${metric} ${agg}`, label.target);
      incidents.push(incidentOf(name, label, calls, normal, abnormal));
    }
  }
  const points = normal.values().next().value?.length ?? 0;
  const quiet = [...targets.values()].flatMap((target) =>
    splitsOf(points).map(({ percent, at }): Quiet => {
      const part = (from: number, to: number) =>
        new Map([...normal].map(([key, values]) => [key, values.subarray(from, to)]));
      return {
        name: `${basename(folder)}/noissue at ${percent} %, ${target.metric} of ${target.node}`,
        kind: target.metric,
        rank: () => found(calls, target, part(0, at), part(at, points)),
      };
    }),
  );
  return { incidents, quiet, leftOut };
}

function labelOf(file: string): Label | null {
  if (!existsSync(file)) return null;
  const { target, root_cause: cause } = Object(JSON.parse(readFileSync(file, 'utf8')));
  const { node, metric, agg } = Object(target);
  const named = [node, metric, cause?.node].every((name) => typeof name === 'string');
  if (!named) return null;
  return {
    target: { node, metric, agg: String(agg ?? 'Average') },
    root_cause: { node: cause.node, metric: cause.metric ?? null },
  };
}

function incidentOf(name: string, label: Label, calls: Calls, normal: Columns, abnormal: Columns): Incident {
  const { target, root_cause: cause } = label;
  // The answer is a pair of service and metric; ours is in the metric that was asked about.
  const metric = cause.metric ?? target.metric;
  return {
    name,
    kind: target.metric,
    cause: `${cause.node} ${metric}`,
    rank: () => found(calls, target, normal, abnormal).map((service) => `${service} ${target.metric}`),
  };
}

function found(calls: Calls, target: Target, past: Columns, now: Columns): readonly string[] {
  const find = target.metric === 'availability' ? originOfFailures : originOfTime;
  const origins = find(calls, target.node, tableOf(past, target), tableOf(now, target));
  // When something happened, those that do not stand out come after those that do.
  return origins.some(({ stands }) => stands) ? origins.map(({ service }) => service) : [];
}

/** Times and shares add up over services in the mean only, whichever statistic was violated: the mean is taken where there is one. */
function tableOf(columns: Columns, { metric, agg }: Target): SeriesTable {
  return new Map(
    [...columns].flatMap(([key, requests]) => {
      const [service, name] = key.split('\n') as [string, string];
      const of = (statistic: string) => columns.get(`${service}\n${metric}\n${statistic}`);
      const value = of('Average') ?? of(agg);
      if (name !== 'requests' || value === undefined) return [];
      return [
        [service, { requests, value: metric === 'availability' ? value.map(failedShare) : value }] as const,
      ];
    }),
  );
}

const failedShare = (percent: number): number => 1 - percent / 100;

/** Row calls column. */
function callsOf(file: string): Calls {
  const { heading, rows } = readCsv(file);
  return new Map(
    rows.map(([caller = '', ...cells]) => [
      caller,
      cells.flatMap((cell, at) => (Number(cell) > 0 ? [heading[at + 1]!] : [])),
    ]),
  );
}

/** Three rows of headings (service, metric, statistic), then one row a point; nothing where there is no file. */
function columnsOf(file: string): Columns {
  if (!existsSync(file)) return new Map();
  const { heading, rows } = readCsv(file);
  const [metrics = [], statistics = []] = rows;
  const points = rows.slice(2).filter(([time]) => /^\d/.test(time ?? ''));
  return new Map(
    heading
      .slice(1)
      .map((service, at) => [
        `${service}\n${metrics[at + 1]}\n${statistics[at + 1]}`,
        Float64Array.from(points, (row) => (row[at + 1] ? Number(row[at + 1]) : Number.NaN)),
      ]),
  );
}
