import type { Period } from '../../graph/index.ts';

/** Times as the clocks of a zone show them; every function is total for a zone that is known. */

/** `03:04` */
export function clockOf(micros: number, zone: string): string {
  return format(micros, zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** `19 to 20 November`, `30 November to 1 December`, `20 November 20:20 to 20:27` for what is no night. */
export function nightName({ from, to }: Period, zone: string): string {
  const day = (micros: number): string => format(micros, zone, { day: 'numeric' });
  const date = (micros: number): string => format(micros, zone, { day: 'numeric', month: 'long' });
  const [first, last] = [date(from), date(to)];
  if (first === last) return `${first}, ${clockOf(from, zone)} to ${clockOf(to, zone)}`;
  const month = (micros: number): string => format(micros, zone, { month: 'long' });
  return month(from) === month(to) ? `${day(from)} to ${last}` : `${first} to ${last}`;
}

/** `2 Nov` */
export function shortDate(micros: number, zone: string): string {
  return format(micros, zone, { day: 'numeric', month: 'short' });
}

function format(micros: number, zone: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }).format(micros / 1000);
}
