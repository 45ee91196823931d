import type { Period } from '../../graph/index.ts';
import { FaultlineError } from '../../probe/index.ts';
import type { Options } from './command.ts';
import { DAY_MICROS, isClock, parseTime } from './time.ts';

/**
 * What `--from` and `--to` say, within the period that holds data. A time of day in `--to` is the next one after `--from`.
 * @throws FaultlineError FL-604 unreadable time, FL-607 empty period or one without data
 */
export function parsePeriod(options: Options, range: Period): Period {
  const [start, end] = [options.text('from'), options.text('to')];
  const from = start === undefined ? range.from : parseTime(start, '--from', range.to);
  const to =
    end === undefined
      ? range.to
      : isClock(end) && start !== undefined
        ? nextClock(end, from, range.to)
        : parseTime(end, '--to', range.to);
  if (from >= to) {
    throw new FaultlineError(
      'FL-607',
      'The period ends before it begins.',
      'Give a --from that lies before --to.',
    );
  }
  if (to <= range.from || from >= range.to) {
    throw new FaultlineError(
      'FL-607',
      'Nothing was recorded in this period.',
      `There are records from ${moment(range.from)} to ${moment(range.to)}.`,
    );
  }
  return { from, to };
}

/** On the day of `from`; on the next only where there are records of that: `--from 23:50 --to 00:10`. */
function nextClock(text: string, from: number, end: number): number {
  const sameDay = parseTime(text, '--to', Math.ceil((from + 1) / DAY_MICROS) * DAY_MICROS - 1);
  return sameDay <= from && sameDay + DAY_MICROS <= end + LATE_MICROS ? sameDay + DAY_MICROS : sameDay;
}

/** The newest record is a little older than the clock of whoever asks about this very moment. */
const LATE_MICROS = 60_000_000;

/** `--at`, checked against the recorded period; `undefined` when it is not given. */
export function parseMoment(options: Options, range: Period): number | undefined {
  const text = options.text('at');
  if (text === undefined) return undefined;
  const at = parseTime(text, '--at', range.to);
  if (at >= range.from && at <= range.to + LATE_MICROS) return Math.min(at, range.to);
  throw new FaultlineError(
    'FL-607',
    `Nothing was recorded at ${moment(at)}.`,
    `There are records from ${moment(range.from)} to ${moment(range.to)}.`,
  );
}

export function moment(micros: number): string {
  return new Date(Math.round(micros / 1000)).toISOString().replace(/\.\d+Z$/, 'Z');
}
