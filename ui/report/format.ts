/** Numbers and times as people read them. Every function is total: what cannot be said becomes an en dash. */

const NONE = '–';

/** Three significant figures in the unit that keeps them short: `850 µs`, `212 ms`, `1.94 s`, `8 min`. */
export function duration(micros: number | null): string {
  if (micros === null || !Number.isFinite(micros)) return NONE;
  const size = Math.abs(micros);
  if (size < 999.5) return `${Math.round(micros)} µs`;
  if (size < 999_500) return `${significant(micros / 1000)} ms`;
  if (size < 99_950_000) return `${significant(micros / 1_000_000)} s`;
  return span(micros);
}

/** A measured time given in milliseconds. */
export function milliseconds(ms: number | null): string {
  if (ms !== null && Math.abs(ms) < 0.0005) return '0 ms';
  return duration(ms === null ? null : ms * 1000);
}

/** The same with its sign, for what was added: `+1.7 s`, `+0 ms`. */
export function added(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return NONE;
  const text = Math.abs(ms) < 0.5 ? '0 ms' : milliseconds(Math.abs(ms));
  return `${ms <= -0.5 ? '−' : '+'}${text}`;
}

/** How long something has lasted, to the unit that matters: `38 s`, `8 min`, `3 h 20 min`, `2 d 4 h`. */
export function span(micros: number): string {
  const seconds = Math.round(micros / 1_000_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return pair(hours, 'h', minutes % 60, 'min');
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** A share of one: `31 %`, `0.2 %`, `99.98 %`; never rounded to 0 or 100 when it is neither. */
export function percent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return NONE;
  const value = share * 100;
  if (value === 0 || value === 100) return `${value} %`;
  if (value > 0 && value < 0.01) return '< 0.01 %';
  if (value > 99.99 && value < 100) return '> 99.99 %';
  const digits = value < 0.1 || (value > 99.9 && value < 100) ? 2 : value < 10 || value > 95 ? 1 : 0;
  return `${value.toFixed(digits).replace(/\.0+$/, '')} %`;
}

/** A count with thousands set apart: `4,120`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A count and its noun: `1 request`, `12 requests`. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${Math.round(value) === 1 ? noun : plural}`;
}

/** A rate: `0.4`, `12.5`, `1,240`. */
export function rate(perSecond: number): string {
  return perSecond >= 100 ? count(perSecond) : significant(perSecond);
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes in decimal units: `840 B`, `1.2 MB`. */
export function bytes(value: number): string {
  let unit = 0;
  let rest = value;
  while (rest >= 999.5 && unit < UNITS.length - 1) {
    rest /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(rest) : significant(rest)} ${UNITS[unit]}`;
}

/** Probability of chance: `0.71`, `0.003`, `< 0.001`. */
export function probability(p: number): string {
  if (p < 0.001) return '< 0.001';
  return p < 0.1 ? p.toFixed(3) : p.toFixed(2);
}

/** ISO 8601 in UTC, to the second unless the instant has milliseconds. */
export function iso(micros: number): string {
  const text = new Date(Math.floor(micros / 1000)).toISOString();
  return text.replace('.000Z', 'Z');
}

/** Time of day in UTC: `03:04:10`; with its date when that is not the day of `day`. */
export function clock(micros: number, day: number = micros): string {
  const text = iso(Math.round(micros / 1_000_000) * 1_000_000);
  const date = text.slice(0, 10);
  return date === iso(day).slice(0, 10) ? text.slice(11, 19) : `${date} ${text.slice(11, 19)}`;
}

/** `a`, `a and b`, `a, b and c`; beyond `limit` the rest is counted. */
export function list(items: readonly string[], limit = 6): string {
  const shown = items.length > limit ? [...items.slice(0, limit), `${items.length - limit} more`] : items;
  if (shown.length < 2) return shown[0] ?? '';
  return `${shown.slice(0, -1).join(', ')} and ${shown[shown.length - 1]}`;
}

function significant(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return value.toFixed(digits).replace(/\.0+$|(\.\d*[1-9])0+$/, '$1');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** A probability as a person would say it. Nothing that was counted is certain. */
export function sureness(probability: number): string {
  const whole = Math.round(100 * probability);
  if (whole >= 100) return 'more than 99 % sure';
  return whole < 50 ? `a guess: ${Math.max(1, whole)} % sure` : `${whole} % sure`;
}
