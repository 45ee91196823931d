import ipaddr from 'ipaddr.js';

/** Longer than any name, label or image the API server accepts; what exceeds it is taken as absent. */
const MAX_TEXT = 1024;
/** More than any list the API server accepts (1000 endpoints a slice); the rest of a longer one is not read. */
const MAX_ITEMS = 5000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** An own property of an object, `undefined` of anything else. Never follows a prototype. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** The value at the end of a path of own properties. */
export function path(value: unknown, ...names: readonly string[]): unknown {
  let found = value;
  for (const name of names) found = field(found, name);
  return found;
}

/** A non-empty string without control characters, else `null`. */
export function text(value: unknown): string | null {
  if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT || CONTROL.test(value))
    return null;
  return value;
}

export function integer(value: unknown, low: number, high: number): number | null {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high
    ? (value as number)
    : null;
}

export const port = (value: unknown): number | null => integer(value, 1, 65_535);

export function items(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) return [];
  return value.length > MAX_ITEMS ? value.slice(0, MAX_ITEMS) : value;
}

/** The items that `read` makes something of; the others are left out. */
export function each<T>(value: unknown, read: (item: unknown) => T | null): readonly T[] {
  const found: T[] = [];
  for (const item of items(value)) {
    const made = read(item);
    if (made !== null) found.push(made);
  }
  return found;
}

/** Text properties of an object (labels, a selector), sorted by name. */
export function texts(value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map();
  const entries = Object.entries(value).slice(0, MAX_ITEMS);
  const known = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return new Map(
    known.filter(([, of]) => of === '' || text(of) !== null).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** An address in the form flows have it: IPv4 dotted, v4-mapped unwrapped, IPv6 in RFC 5952 form. */
export function address(value: unknown): string | null {
  const raw = text(value);
  // The lenient IPv4 parser would take the host name "10" for 0.0.0.10.
  if (raw === null || !(ipaddr.IPv4.isValidFourPartDecimal(raw) || ipaddr.IPv6.isValid(raw))) return null;
  return ipaddr.process(raw).toString();
}

/** An RFC 3339 time in microseconds since the epoch. */
export function time(value: unknown): number | null {
  const raw = text(value);
  const millis = raw === null ? Number.NaN : Date.parse(raw);
  return Number.isNaN(millis) ? null : millis * 1000;
}
