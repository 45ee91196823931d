import type { Period } from '../../graph/index.ts';
import { FaultlineError } from '../../probe/index.ts';
import type { Options } from './command.ts';
import { parseTime } from './time.ts';

/**
 * What `--from` and `--to` say, within the period that holds data.
 * @throws FaultlineError FL-604 unreadable time, FL-607 empty period or one without data
 */
export function parsePeriod(options: Options, range: Period): Period {
  const to = parseTime(options.text('to') ?? 'now', '--to', range.to);
  const start = options.text('from');
  const from = start === undefined ? range.from : parseTime(start, '--from', Math.min(to, range.to));
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

function moment(micros: number): string {
  return new Date(Math.round(micros / 1000)).toISOString().replace(/\.\d+Z$/, 'Z');
}
