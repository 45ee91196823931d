/**
 * Status of an error answer by the word it begins with; the number is its place, from 1. `ERR`, and every word not here, is 1, as
 * where the kernel tells an error by its first byte alone.
 */
export const ERRORS = [
  'ERR',
  'WRONGTYPE',
  'MOVED',
  'ASK',
  'NOSCRIPT',
  'LOADING',
  'BUSY',
  'OOM',
  'READONLY',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'NOAUTH',
  'NOPERM',
  'WRONGPASS',
  'EXECABORT',
  'MISCONF',
  'NOREPLICAS',
  'CROSSSLOT',
  'BUSYGROUP',
  'NOGROUP',
  'BUSYKEY',
  'NOPROTO',
  'UNBLOCKED',
  'DENIED',
] as const;

/** Where else to ask, or to send the script along: part of how clients work, no failure. */
const REDIRECTIONS: readonly string[] = ['MOVED', 'ASK', 'NOSCRIPT'];

const NUMBERS: ReadonlyMap<string, number> = new Map(ERRORS.map((word, i) => [word, i + 1]));

export function statusOf(word: string): number {
  return NUMBERS.get(word) ?? 1;
}

export function isFailure(word: string): boolean {
  return !REDIRECTIONS.includes(word);
}
