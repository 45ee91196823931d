import type { Period } from '../../graph/index.ts';

/** When a night begins and ends, hours of the local clock: what happens while nobody looks. */
const BEGINS = 22;
const ENDS = 7;
const DAY_MICROS = 86_400_000_000;
const HOUR_MILLIS = 3_600_000;

/** Whether a time zone is known here, by its IANA name. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** The night that begins in the evening of a local date, `2026-11-19`. */
export function nightOf(date: string, zone: string): Period {
  return { from: instant(date, BEGINS, zone), to: instant(after(date), ENDS, zone) };
}

/** The newest night that overlaps a period of records; `null` when none does. */
export function lastNight(range: Period, zone: string): Period | null {
  // A night reaches into two dates, and a zone's date is at most one off the date in UTC.
  for (let back = 0; back <= 3; back++) {
    const date = new Date((range.to - (back - 1) * DAY_MICROS) / 1000).toISOString().slice(0, 10);
    const night = nightOf(date, zone);
    if (night.from < range.to && night.to > range.from) return night;
  }
  return null;
}

/** The same clock time so many local days earlier, across changes of the clocks. */
export function daysEarlier(micros: number, days: number, zone: string): number {
  const shifted = micros - days * DAY_MICROS;
  return shifted + (offset(micros / 1000, zone) - offset(shifted / 1000, zone)) * 1000;
}

function after(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MICROS / 1000).toISOString().slice(0, 10);
}

/** Microseconds since the epoch of an hour of a local date; one the clocks skip is the hour after. */
function instant(date: string, hour: number, zone: string): number {
  const local = Date.parse(`${date}T00:00:00Z`) + hour * HOUR_MILLIS;
  const guess = local - offset(local, zone);
  return (local - offset(guess, zone)) * 1000;
}

/** Milliseconds by which a zone's clock is ahead of UTC at an instant. */
function offset(millis: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(millis);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const clock = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return clock - Math.floor(millis / 1000) * 1000;
}
