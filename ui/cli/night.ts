import { isZone, lastNight, nightOf } from '../../analysis/index.ts';
import type { Period } from '../../graph/index.ts';
import { FaultlineError } from '../../probe/index.ts';
import type { Options } from './command.ts';
import { moment, parsePeriod } from './period.ts';

export type Night = Period & { readonly zone: string };

/**
 * What `--night`, `--zone`, `--from` and `--to` say, within the period that holds data: the newest night that has any;
 * all that is recorded, where it lies in no night.
 * @throws FaultlineError FL-604 unreadable date or zone, FL-606 a night and a period, FL-607 nothing recorded then
 */
export function parseNight(options: Options, range: Period): Night {
  const zone = zoneOf(options);
  const date = options.text('night');
  const period = options.text('from') !== undefined || options.text('to') !== undefined;
  if (date !== undefined && period) {
    throw new FaultlineError(
      'FL-606',
      '--night excludes --from and --to.',
      'Ask for a night or for a period.',
    );
  }
  if (period) return { ...parsePeriod(options, range), zone };
  if (date === undefined) return { ...(lastNight(range, zone) ?? range), zone };
  const night = nightOf(checked(date), zone);
  if (night.from < range.to && night.to > range.from) return { ...night, zone };
  throw new FaultlineError(
    'FL-607',
    `Nothing was recorded in the night that begins on ${date} (${moment(night.from)} to ${moment(night.to)}).`,
    `There are records from ${moment(range.from)} to ${moment(range.to)}.`,
  );
}

function zoneOf(options: Options): string {
  const given = options.text('zone');
  const zone = given ?? (process.env.FAULTLINE_ZONE || 'UTC');
  if (isZone(zone)) return zone;
  throw new FaultlineError(
    'FL-604',
    `${given === undefined ? 'FAULTLINE_ZONE' : '--zone'} cannot be "${zone}".`,
    'Write a time zone by its IANA name: Europe/Berlin, America/New_York or UTC.',
  );
}

function checked(date: string): string {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(date) ? new Date(`${date}T00:00:00Z`) : null;
  // A date that does not exist (30 February) is read as another one.
  if (day !== null && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date)) return date;
  throw new FaultlineError(
    'FL-604',
    `--night cannot be "${date}".`,
    'Write the date of its evening as 2026-11-19.',
  );
}
