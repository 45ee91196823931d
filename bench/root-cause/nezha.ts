import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { originOfEdges } from '../../analysis/index.ts';
import { type Cases, foldersIn, joined } from './cases.ts';
import { measurements, minuteOf, minutesMeasured, minutesOf, serviceOf } from './nezha-day.ts';
import type { Incident, Quiet } from './score.ts';
import { splitsOf } from './splits.ts';

interface Injection {
  readonly minute: number;
  readonly pod: string;
  readonly type: string;
}

/** Minutes from an injection on that are looked at; the injections of the published data last three at least. */
const INCIDENT_MINUTES = 4;
/** Minutes around an injection that are no part of the past: queues must have drained, caches filled. */
const AROUND_MINUTES = 10;
/** With fewer quiet minutes than this the other incidents of the day are taken for past too: the median hardly feels them. */
const ENOUGH_MINUTES = 60;

/**
 * Faults injected into an online shop: `rca_data/DAY` holds the faults and the measurements, `construct_data/DAY` the
 * measurements without faults; a folder of such folders is all of them. Where the two are one recording, the minutes of
 * injections are left out of the past, of which only the time is used. Metrics and edges alone: no logs, no traces.
 */
export function nezha(folder: string): Cases {
  const roots = [folder, ...foldersIn(folder)].filter((root) => existsSync(join(root, 'rca_data')));
  const days = roots.flatMap((root) =>
    readdirSync(join(root, 'rca_data'))
      .sort()
      .flatMap((day) => {
        const list = faultList(join(root, 'rca_data', day), day);
        return list === null ? [] : [dayOf(root, day, list)];
      }),
  );
  return joined(days);
}

/** The file that names the faults of a day; null where there is none. */
function faultList(folder: string, day: string): string | null {
  if (Number.isNaN(Date.parse(`${day}T00:00:00Z`)) || !existsSync(join(folder, 'metric'))) return null;
  const name = readdirSync(folder).find((file) => file.endsWith('fault_list.json'));
  return name === undefined ? null : join(folder, name);
}

function dayOf(root: string, day: string, list: string): Cases {
  const injections = injectionsOf(JSON.parse(readFileSync(list, 'utf8')), day);
  const rca = measurements(join(root, 'rca_data', day, 'metric'), day);
  const construct = join(root, 'construct_data', day, 'metric');
  const past = existsSync(construct) ? measurements(construct, day) : rca;

  const away = (minute: number, { minute: from }: Injection) =>
    minute < from - 1 || minute >= from + AROUND_MINUTES;
  const measured = minutesMeasured(past);
  const quiet = measured.filter((minute) => injections.every((each) => away(minute, each)));
  const normal = minutesOf(past, quiet);
  return {
    leftOut: [],
    incidents: injections.map((injection): Incident => {
      const { minute, pod, type } = injection;
      const minutes = Array.from({ length: INCIDENT_MINUTES }, (_, at) => minute + 1 + at);
      const before =
        quiet.length >= ENOUGH_MINUTES
          ? normal
          : minutesOf(
              past,
              measured.filter((each) => away(each, injection)),
            );
      return {
        name: `${day} ${pod} ${type}`,
        kind: type,
        cause: serviceOf(pod),
        rank: () => originOfEdges(before, minutesOf(rca, minutes)).map(({ service }) => service),
      };
    }),
    quiet: splitsOf(quiet.length).map(({ percent, at }): Quiet => {
      const [before, after] = [quiet.slice(0, at), quiet.slice(at)].map((part) => minutesOf(past, part));
      return {
        name: `${day} at ${percent} %`,
        kind: 'edges',
        rank: () =>
          originOfEdges(before!, after!).flatMap(({ service, stands }) => (stands ? [service] : [])),
      };
    }),
  };
}

/** Faults by the hour in which they were injected; what has no pod or no time that can be read is left out. */
function injectionsOf(list: unknown, day: string): readonly Injection[] {
  return Object.values(Object(list))
    .flat()
    .flatMap((entry) => {
      const { inject_timestamp, inject_time, inject_pod, inject_type } = Object(entry);
      const stamp = 1000 * Number(inject_timestamp ?? Number.NaN);
      const written = Date.parse(`${String(inject_time).replace(' ', 'T')}Z`);
      const minute = minuteOf(Number.isNaN(stamp) ? written : stamp, day);
      if (typeof inject_pod !== 'string' || Number.isNaN(minute)) return [];
      return [{ minute, pod: inject_pod, type: String(inject_type ?? 'unknown') }];
    });
}
