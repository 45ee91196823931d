import { NOT_ENDED, record } from './layout.ts';
import type { SocketTable } from './socket-table.ts';
import type { Tracker } from './tracker.ts';

/** Meets a socket before a sweep does, unless it has ended: its end tells all of it. */
export function meetOne(
  sockets: Pick<SocketTable, 'lookup'>,
  tracker: Pick<Tracker, 'meet'>,
  cookie: number,
): void {
  const value = sockets.lookup(cookie);
  if (value === null) return;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (record.delivery(view, 0) === NOT_ENDED) tracker.meet(view, 0);
}
