const MISSING = '–';
const GROUPED = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Milliseconds with three significant digits: `0.42 ms`, `38.0 ms`, `1.94 s`. */
export function millis(value: number | null | undefined): string {
  if (value === null || value === undefined) return MISSING;
  if (Math.abs(value) >= 60_000) return `${trim(value / 60_000, 1)} min`;
  if (Math.abs(value) >= 1000) return `${(value / 1000).toFixed(Math.abs(value) >= 10_000 ? 1 : 2)} s`;
  if (Math.abs(value) >= 100) return `${Math.round(value)} ms`;
  return value === 0 ? '0 ms' : `${value.toFixed(Math.abs(value) >= 10 ? 1 : 2)} ms`;
}

export function perSecond(value: number | null | undefined): string {
  if (value === null || value === undefined) return MISSING;
  if (value === 0) return '0';
  if (value >= 100) return GROUPED.format(value);
  return value < 0.01 ? '<0.01' : value.toFixed(value >= 10 ? 1 : 2);
}

/** A share of one as a percentage; anything above zero never reads as 0 %. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return MISSING;
  const value = share * 100;
  if (value === 0) return '0 %';
  if (value < 0.01) return '<0.01 %';
  if (value < 1) return `${trim(value, 2)} %`;
  if (value > 99.9 && value < 100) return '>99.9 %';
  return `${trim(value, value >= 10 && value < 99 ? 0 : 1)} %`;
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? MISSING : GROUPED.format(value);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytes(value: number): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(value, 1)) / 10)));
  return `${trim(value / 1024 ** step, step === 0 ? 0 : 1)} ${UNITS[step]}`;
}

/** A signal's value in its unit as the API gives it: `ms`, `share`, `per second`. */
export function inUnit(value: number | null, unit: string): string {
  if (unit === 'ms') return millis(value);
  if (unit === 'share') return percent(value);
  if (unit === 'per second') return value === null ? MISSING : `${perSecond(value)}/s`;
  return value === null ? MISSING : `${trim(value, 2)} ${unit}`;
}

/** How many times as much: `9.2×`, or `null` where there is nothing to compare with. */
export function ratio(is: number | null, was: number | null): string | null {
  if (is === null || was === null || was <= 0) return null;
  const times = is / was;
  return `${trim(times, times >= 10 ? 0 : 1)}×`;
}

/** Length of a span of milliseconds in the two largest units: `8 min`, `1 h 20 min`, `45 s`. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Time of day in the reader's zone. */
export function clock(iso: string, zone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    ...(zone === undefined ? {} : { timeZone: zone }),
  }).format(new Date(iso));
}

/** Day and time in the reader's zone. */
export function moment(iso: string, zone?: string): string {
  const day = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(zone === undefined ? {} : { timeZone: zone }),
  }).format(new Date(iso));
  return `${day} ${clock(iso, zone)}`;
}

function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
