import { FaultlineError } from '../../probe/index.ts';

export const DAY_MICROS = 86_400_000_000;

const UNITS: Readonly<Record<string, number>> = {
  us: 1,
  µs: 1,
  ms: 1000,
  s: 1_000_000,
  m: 60_000_000,
  min: 60_000_000,
  h: 3_600_000_000,
  d: DAY_MICROS,
};

/**
 * `100ms`, `10s`, `1.5h` in microseconds.
 * @throws FaultlineError FL-604
 */
export function parseDuration(text: string, option: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)([a-zµ]+)$/.exec(text);
  const unit = match === null ? undefined : UNITS[match[2]!];
  if (match === null || unit === undefined || Number(match[1]) === 0) {
    throw new FaultlineError(
      'FL-604',
      `${option} cannot be "${text}".`,
      'Write a duration as 100ms, 10s, 5m, 1h or 2d.',
    );
  }
  return Math.round(Number(match[1]) * unit);
}

/**
 * A moment in microseconds since the epoch: ISO 8601 (UTC where no zone is given), a time of day (its last occurrence up
 * to `end`), or an offset back from `end`, the newest record: `-5m`.
 * @throws FaultlineError FL-604
 */
export function parseTime(text: string, option: string, end: number): number {
  if (text === 'now') return end;
  if (text.startsWith('-')) return end - parseDuration(text.slice(1), option);
  const time = clockTime(text);
  if (time !== null) {
    const today = Math.floor(end / DAY_MICROS) * DAY_MICROS + time;
    return today <= end ? today : today - DAY_MICROS;
  }
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text);
  const instant =
    match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? 'Z'}`);
  if (Number.isNaN(instant)) {
    throw new FaultlineError(
      'FL-604',
      `${option} cannot be "${text}".`,
      'Write a time as 2026-11-20T03:12:00Z, as 03:12 (UTC) or as -5m.',
    );
  }
  return instant * 1000;
}

export function isClock(text: string): boolean {
  return clockTime(text) !== null;
}

/** Microseconds since midnight of `HH:MM` or `HH:MM:SS`, `null` when it is not one. */
function clockTime(text: string): number | null {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (match === null) return null;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000_000;
}
