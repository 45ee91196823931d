import type { EdgeKey, NodeKey } from '../../graph/index.ts';
import { type Bins, timeOfBin } from './bins.ts';

/* Events are told in one sentence each: who, when, how many, and what was usual. */

export function nodeWords({ namespace, workload }: NodeKey): string {
  return namespace === '' ? workload : `${namespace}/${workload}`;
}

export function edgeWords({ client, server, port }: EdgeKey): string {
  return `${nodeWords(client)} → ${nodeWords(server)} :${port}`;
}

export function countWords(count: number, noun: string, plural = `${noun}s`): string {
  const rounded = Math.round(count);
  return `${rounded.toLocaleString('en-US')} ${rounded === 1 ? noun : plural}`;
}

/** `connections` and `requests` as far as there are any. */
export function trafficWords({
  opened,
  requests,
}: {
  readonly opened: number;
  readonly requests: number;
}): string {
  const parts = [
    ...(opened > 0 || requests === 0 ? [countWords(opened, 'connection')] : []),
    ...(requests > 0 ? [countWords(requests, 'request')] : []),
  ];
  return parts.join(' and ');
}

/** Time of day in UTC, with the date where the history reaches over midnight. */
export function atWords({ history, period }: Bins, micros: number): string {
  const text = new Date(micros / 1000).toISOString();
  const sameDay =
    new Date(history.from / 1000).toISOString().slice(0, 10) ===
    new Date(period.to / 1000).toISOString().slice(0, 10);
  return `${sameDay ? '' : `${text.slice(0, 10)} `}${text.slice(11, 19)}`;
}

export function spanWords(micros: number): string {
  const seconds = Math.round(micros / 1_000_000);
  if (seconds < 120) return countWords(seconds, 'second');
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return countWords(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  return hours < 48 ? countWords(hours, 'hour') : countWords(Math.round(hours / 24), 'day');
}

/** `First seen at 03:11:20, not in the 11 minutes before, since then in 21 of 22 bins of 10 s` without the bins where one says it all. */
export function firstWords(
  bins: Bins,
  {
    bin,
    active,
    since,
    silent,
  }: { readonly bin: number; readonly active: number; readonly since: number; readonly silent: number },
): string {
  const when = `since ${atWords(bins, timeOfBin(bins, bin))} (${active} of ${countWords(since, 'interval')} of ${spanWords(bins.micros)})`;
  const earlier = bin - bins.past;
  return `${when}, never in ${countWords(silent + Math.max(0, earlier), 'interval')} before`;
}

export function bytesWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 99.5 || unit === 0 ? Math.round(value) : Number(value.toPrecision(3))} ${units[unit]}`;
}
