export type Status = 'ok' | 'warn' | 'bad' | 'unknown';

/** Worst first, the order of every list. */
export const STATUSES: readonly Status[] = ['bad', 'warn', 'unknown', 'ok'];

/** Said beside the colour and the shape everywhere. */
export const STATUS_WORD: Readonly<Record<Status, string>> = {
  ok: 'okay',
  warn: 'warning',
  bad: 'bad',
  unknown: 'unknown',
};

/** Circle, triangle, octagon, hollow diamond in a box of 16, drawn the same on cards, in tables and in the legend. */
export const STATUS_PATH: Readonly<Record<Status, string>> = {
  ok: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11Z',
  warn: 'M8 1.8L15 14.2H1Z',
  bad: 'M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3L1.5 10.7V5.3Z',
  unknown: 'M8 2.2L13.8 8L8 13.8L2.2 8Z',
};

export function worst(statuses: Iterable<Status>): Status {
  let rank = STATUSES.length - 1;
  for (const status of statuses) rank = Math.min(rank, STATUSES.indexOf(status));
  return STATUSES[rank] ?? 'ok';
}

export function byStatus(a: Status, b: Status): number {
  return STATUSES.indexOf(a) - STATUSES.indexOf(b);
}

/** What a signal that left its baseline does to the ones who wait, in a word or two for a label on the map. */
export function signalWord(signal: string): string {
  switch (signal) {
    case 'latency':
      return 'slow';
    case 'connect failures':
      return 'cannot connect';
    case 'round trip':
      return 'far';
    case 'wait before read':
      return 'waits';
    default:
      return signal;
  }
}
