import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Calls, EdgeTable, Points } from '../../analysis/index.ts';
import { readCsv } from '../localization/csv.ts';

/** Series of one file by column, each with a value for every minute of the day. */
type Columns = ReadonlyMap<string, Points>;

const DAY_MINUTES = 1440;

/** What a pod used, of the columns that every pod has. */
const RESOURCES = [
  'CpuUsage(m)',
  'SyscallRead',
  'SyscallWrite',
  'NetworkReceiveBytes',
  'NetworkTransmitBytes',
];

/** The measurements of one day, a value for each minute from midnight UTC. */
export function measurements(folder: string, day: string): EdgeTable {
  const read = (name: string) => columnsOf(join(folder, name), day);
  const latency = new Map<string, Map<string, Points>>();
  for (const [edge, points] of read('source_50.csv')) {
    const [caller, callee] = edge.split('_');
    if (caller === undefined || callee === undefined) continue;
    latency.set(caller, (latency.get(caller) ?? new Map()).set(callee, points));
  }
  const requests = new Map<string, Points>();
  const used = new Map<string, readonly Points[]>();
  for (const file of readdirSync(folder).sort()) {
    const [, pod] = /^(.+)_metric\.csv(?:\.gz)?$/.exec(file) ?? [];
    if (pod === undefined) continue;
    const columns = read(file);
    const service = serviceOf(pod);
    const column = (name: string) => columns.get(name) ?? unknown();
    const answered = column('PodWorkload(Ops)').map((perSecond) => 60 * perSecond);
    requests.set(service, added(requests.get(service), answered));
    used.set(
      service,
      RESOURCES.map((name, i) => added(used.get(service)?.[i], column(name))),
    );
  }
  const front = read('front_service.csv');
  const entry = entryOf(new Map([...latency].map(([caller, callees]) => [caller, [...callees.keys()]])));
  const success: Points = front.get('SuccessRate(%)') ?? unknown();
  return {
    requests,
    latency,
    used,
    entry: {
      service: entry,
      latency: front.get('LatencyP50(s)') ?? unknown(),
      failed: success.map((percent) => 1 - percent / 100),
    },
  };
}

const unknown = (): Points => new Float64Array(DAY_MINUTES).fill(Number.NaN);

const added = (sum: Points | undefined, points: Points): Points =>
  sum === undefined ? points : sum.map((value, at) => value + points[at]!);

/** Whom people call: of those whom nobody calls, the one from which most is called, directly or not. */
function entryOf(calls: Calls): string {
  const called = new Set([...calls.values()].flat());
  const below = (service: string): number => {
    const seen = new Set([service]);
    for (const each of seen) for (const callee of calls.get(each) ?? []) seen.add(callee);
    return seen.size;
  };
  const first = [...calls.keys()].filter((caller) => !called.has(caller));
  return first.sort((a, b) => below(b) - below(a))[0] ?? '';
}

/** A pod's name ends with the hash of its replica set and its own, that of a stateful set with a number. */
export function serviceOf(pod: string): string {
  const parts = pod.split('-');
  return parts.slice(0, Math.max(1, parts.length - 2)).join('-');
}

/** Some minutes of a day's measurements, in order. */
export function minutesOf(table: EdgeTable, minutes: readonly number[]): EdgeTable {
  const pick = (points: Points) => Float64Array.from(minutes, (minute) => points[minute] ?? Number.NaN);
  const map = <T, R>(of: ReadonlyMap<string, T>, change: (value: T) => R) =>
    new Map([...of].map(([key, value]) => [key, change(value)]));
  return {
    requests: map(table.requests, pick),
    latency: map(table.latency, (callees) => map(callees, pick)),
    used: map(table.used, (series) => series.map(pick)),
    entry: {
      service: table.entry.service,
      latency: pick(table.entry.latency),
      failed: pick(table.entry.failed),
    },
  };
}

/** The minutes in which any service was measured. */
export function minutesMeasured({ requests }: EdgeTable): readonly number[] {
  const services = [...requests.values()];
  const minutes = Array.from({ length: DAY_MINUTES }, (_, minute) => minute);
  return minutes.filter((minute) => services.some((points) => !Number.isNaN(points[minute])));
}

/** Minutes since a day began. */
export const minuteOf = (milliseconds: number, day: string): number =>
  Math.floor((milliseconds - Date.parse(`${day}T00:00:00Z`)) / 60_000);

/** One row a minute; none where there is no such file. Its time is the text of the first column: the stamps beside it are broken in some files. */
function columnsOf(file: string, day: string): Columns {
  const found = [file, `${file}.gz`].find((name) => existsSync(name));
  if (found === undefined) return new Map();
  const { heading, rows } = readCsv(found);
  const columns = new Map(heading.slice(2).map((name) => [name, unknown()]));
  for (const row of rows) {
    const minute = minuteOf(Date.parse(`${(row[0] ?? '').slice(0, 19).replace(' ', 'T')}Z`), day);
    if (!(minute >= 0 && minute < DAY_MINUTES)) continue;
    for (const [at, name] of heading.entries())
      if (at >= 2 && row[at]) columns.get(name)![minute] = Number(row[at]);
  }
  return columns;
}
