import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { originOfEdges } from '../../analysis/index.ts';
import { measurements, minuteOf, minutesMeasured, minutesOf, serviceOf } from './nezha-day.ts';
import type { Incident, Quiet } from './score.ts';
import { splitsOf } from './splits.ts';

interface Injection {
  readonly inject_timestamp: string;
  readonly inject_pod: string;
  readonly inject_type: string;
}

/** Minutes from an injection on that are looked at; the injections of the published data last three at least. */
const INCIDENT_MINUTES = 4;
/** Minutes around an injection that are no part of the past: queues must have drained, caches filled. */
const AROUND_MINUTES = 10;

/**
 * Faults injected into an online shop: `rca_data/DAY` holds the faults and the measurements, `construct_data/DAY` the
 * measurements without faults. Where the two are one recording, the minutes of injections are left out of the past, of which
 * only the time is used. Metrics and edges alone: no logs, no traces.
 */
export function nezha(folder: string): { incidents: readonly Incident[]; quiet: readonly Quiet[] } {
  const days = readdirSync(join(folder, 'rca_data')).filter((day) =>
    existsSync(join(folder, 'rca_data', day, `${day}-fault_list.json`)),
  );
  const parts = days.sort().map((day) => dayOf(folder, day));
  return {
    incidents: parts.flatMap(({ incidents }) => incidents),
    quiet: parts.flatMap(({ quiet }) => quiet),
  };
}

function dayOf(folder: string, day: string): { incidents: readonly Incident[]; quiet: readonly Quiet[] } {
  const list = join(folder, 'rca_data', day, `${day}-fault_list.json`);
  const injections = Object.values(
    JSON.parse(readFileSync(list, 'utf8')) as Record<string, Injection[]>,
  ).flat();
  const minuteOfInjection = ({ inject_timestamp }: Injection) =>
    minuteOf(Number(inject_timestamp) * 1000, day);
  const rca = measurements(join(folder, 'rca_data', day, 'metric'), day);
  const construct = join(folder, 'construct_data', day, 'metric');
  const past = existsSync(construct) ? measurements(construct, day) : rca;

  const injected = injections.map(minuteOfInjection);
  const quiet = minutesMeasured(past).filter(
    (minute) => !injected.some((from) => minute >= from - 1 && minute < from + AROUND_MINUTES),
  );
  const normal = minutesOf(past, quiet);
  return {
    incidents: injections.map((injection): Incident => {
      const first = minuteOfInjection(injection) + 1;
      const minutes = Array.from({ length: INCIDENT_MINUTES }, (_, minute) => first + minute);
      return {
        name: `${day} ${injection.inject_pod} ${injection.inject_type}`,
        kind: injection.inject_type,
        cause: serviceOf(injection.inject_pod),
        rank: () => originOfEdges(normal, minutesOf(rca, minutes)).map(({ service }) => service),
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
