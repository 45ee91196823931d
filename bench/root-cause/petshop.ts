import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Calls, originOfFailures, originOfTime, type SeriesTable } from '../../analysis/index.ts';
import { readCsv } from '../localization/csv.ts';
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
 * whose folders are such scenarios. The normal table is the past of every issue, and cut in two it is the quiet cases.
 */
export function petshop(folder: string): { incidents: readonly Incident[]; quiet: readonly Quiet[] } {
  const scenarios = existsSync(join(folder, 'graph.csv'))
    ? [folder]
    : readdirSync(folder).flatMap((name) =>
        existsSync(join(folder, name, 'graph.csv')) ? [join(folder, name)] : [],
      );
  const parts = scenarios.map(scenarioOf);
  return {
    incidents: parts.flatMap(({ incidents }) => incidents),
    quiet: parts.flatMap(({ quiet }) => quiet),
  };
}

function scenarioOf(folder: string): { incidents: readonly Incident[]; quiet: readonly Quiet[] } {
  const calls = callsOf(join(folder, 'graph.csv'));
  const normal = columnsOf(join(folder, 'noissue', 'metrics.csv'));
  const targets = new Map<string, Target>();
  const incidents = ['train', 'test'].flatMap((part) =>
    (existsSync(join(folder, part)) ? readdirSync(join(folder, part)) : []).sort().flatMap((name) => {
      const issue = join(folder, part, name);
      if (!existsSync(join(issue, 'target.json'))) return [];
      const label = JSON.parse(readFileSync(join(issue, 'target.json'), 'utf8')) as Label;
      const { node, metric, agg } = label.target;
      targets.set(`${node} ${metric} ${agg}`, label.target);
      return [
        incidentOf(
          `${basename(folder)}/${part}/${name}`,
          label,
          calls,
          normal,
          columnsOf(join(issue, 'metrics.csv')),
        ),
      ];
    }),
  );
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
  return { incidents, quiet };
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
  return find(calls, target.node, tableOf(past, target), tableOf(now, target)).flatMap(
    ({ service, stands }) => (stands ? [service] : []),
  );
}

function tableOf(columns: Columns, { metric, agg }: Target): SeriesTable {
  return new Map(
    [...columns].flatMap(([key, requests]) => {
      const [service, name] = key.split('\n') as [string, string];
      const value = columns.get(`${service}\n${metric}\n${agg}`);
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

/** Three rows of headings (service, metric, statistic), then one row a point. */
function columnsOf(file: string): Columns {
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
