import type { Address } from '../../flow.ts';
import { addressText, readAddress } from '../address.ts';
import type { RawOwner } from '../identity.ts';

/** What `read_queues` writes of one listening socket: `struct queue` of `bpf/gauges.h`. */
export interface Queue {
  readonly cookie: bigint;
  readonly netns: number;
  readonly local: Address;
  readonly owner: RawOwner;
  readonly waiting: number;
  readonly limit: number;
}

export const QUEUE_SIZE = 72;
const COMM_AT = 56;
const COMM_SIZE = 16;
const decoder = new TextDecoder();

/** Total: a piece too short for a whole one ends it. */
export function readQueues(bytes: Uint8Array): Queue[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const queues: Queue[] = [];
  for (let base = 0; base + QUEUE_SIZE <= bytes.byteLength; base += QUEUE_SIZE) {
    const comm = bytes.subarray(base + COMM_AT, base + COMM_AT + COMM_SIZE);
    const end = comm.indexOf(0);
    queues.push({
      cookie: view.getBigUint64(base, true),
      netns: view.getUint32(base + 16, true),
      local: readAddress(view, base + 40, view.getUint16(base + 36, true)),
      owner: {
        pid: view.getUint32(base + 20, true),
        process: decoder.decode(end < 0 ? comm : comm.subarray(0, end)),
        uid: view.getUint32(base + 24, true),
        cgroupId: Number(view.getBigUint64(base + 8, true)),
      },
      waiting: view.getUint32(base + 28, true),
      limit: view.getUint32(base + 32, true),
    });
  }
  return queues;
}

/** An entry of the map `port_use`. */
export interface PortUse {
  readonly local: string;
  readonly remote: Address;
  readonly open: number;
  readonly ended: number;
}

const KEY_SIZE = 40;
const USE_SIZE = 8;

export function readPortUses(sweep: {
  readonly count: number;
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
}): PortUse[] {
  const keys = new DataView(sweep.keys.buffer, sweep.keys.byteOffset, sweep.keys.byteLength);
  const values = new DataView(sweep.values.buffer, sweep.values.byteOffset, sweep.values.byteLength);
  return Array.from({ length: sweep.count }, (_, at) => ({
    local: addressText(keys, at * KEY_SIZE),
    remote: readAddress(keys, at * KEY_SIZE + 16, keys.getUint16(at * KEY_SIZE + 32, true)),
    open: values.getUint32(at * USE_SIZE, true),
    ended: values.getUint32(at * USE_SIZE + 4, true),
  }));
}

/** `struct port_range`, with nothing unplaced yet. */
export function portRangeBytes({ low, high }: { readonly low: number; readonly high: number }): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, low, true);
  view.setUint32(4, high, true);
  return bytes;
}

export function unplacedOf(bytes: Uint8Array | null): number {
  return bytes === null
    ? 0
    : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(8, true);
}
