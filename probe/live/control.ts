import type { BpfMap } from '../bpf-ringbuf-napi/index.js';

/** How much the kernel programs look at, `enum level` (`bpf/maps.h`): each step up costs the watched processes less. */
export const LEVELS = ['payload', 'turns', 'connections'] as const;
export type Level = (typeof LEVELS)[number];

/* Offsets in `struct control`. */
const SCANNED = 0;
const LEVEL = 8;

const KEY = new Uint8Array(4);

/** From now on an unknown socket that is open is no older than the probe. */
export function markScanned(control: BpfMap): void {
  write(control, SCANNED, 1);
}

/** In force with the next call of any process. */
export function setLevel(control: BpfMap, level: Level): void {
  write(control, LEVEL, LEVELS.indexOf(level));
}

function write(control: BpfMap, offset: number, number: number): void {
  const value = control.lookup(KEY) ?? new Uint8Array(control.valueSize);
  new DataView(value.buffer, value.byteOffset, value.byteLength).setUint32(offset, number, true);
  control.update(KEY, value);
}
