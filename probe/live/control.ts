import type { BpfMap } from '../bpf-ringbuf-napi/index.js';

/** How much the kernel programs look at, `enum level` (`bpf/maps.h`): each step up costs the watched processes less. */
export const LEVELS = ['payload', 'turns', 'connections'] as const;
export type Level = (typeof LEVELS)[number];

/* Offsets in `struct control`. */
const SCANNED = 0;
const LEVEL = 8;
const SENDS_BEGIN = 12;
const TURNS_SINCE = 16;

const KEY = new Uint8Array(4);

/** From now on an unknown socket that is open is no older than the probe. */
export function markScanned(control: BpfMap): void {
  write(control, (view) => view.setUint32(SCANNED, 1, true));
}

/** In force with the next call of any process. Turns that were not looked at from their beginning are left out. */
export function setLevel(control: BpfMap, level: Level): void {
  write(control, (view) => {
    if (LEVELS[view.getUint32(LEVEL, true)] === 'connections') {
      view.setBigUint64(TURNS_SINCE, process.hrtime.bigint(), true);
    }
    view.setUint32(LEVEL, LEVELS.indexOf(level), true);
  });
}

/** Whether the program of the beginnings of sends is attached, so that their ends need not be looked at. */
export function setSendsBegin(control: BpfMap, seen: boolean): void {
  write(control, (view) => view.setUint32(SENDS_BEGIN, seen ? 1 : 0, true));
}

function write(control: BpfMap, change: (view: DataView) => void): void {
  const value = control.lookup(KEY) ?? new Uint8Array(control.valueSize);
  change(new DataView(value.buffer, value.byteOffset, value.byteLength));
  control.update(KEY, value);
}
