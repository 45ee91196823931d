import type { BpfMap } from '../bpf-ringbuf-napi/index.js';
import { NOT_ENDED, record } from './layout.ts';
import type { Tracker } from './tracker.ts';

/** Meets a socket before a sweep does, unless it has ended: its end tells all of it. */
export function meetOne(
  sockets: Pick<BpfMap, 'lookup'>,
  tracker: Pick<Tracker, 'meet'>,
  cookie: number,
): void {
  const key = new Uint8Array(8);
  new DataView(key.buffer).setBigUint64(0, BigInt(cookie), true);
  const value = sockets.lookup(key);
  if (value === null) return;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (record.delivery(view, 0) === NOT_ENDED) tracker.meet(view, 0);
}
