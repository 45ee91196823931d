import type { EdgeKey } from '../../graph/index.ts';
import { WIDTH } from './cells.ts';
import { CHANNELS } from './channels.ts';
import type { Opened } from './opened.ts';
import { Pages } from './pages.ts';
import { MAX_HISTOGRAMS, MAX_SEASONS, Profile } from './profile.ts';

/** Raised with every change of what is saved; scores of another format are not read, the past is then built again. */
const FORMAT = 1;

/** What a scorer knows besides its profile. */
export interface Saved {
  readonly stepMicros: number;
  readonly from: number | null;
  readonly last: number | null;
  readonly blockFrom: number;
  readonly steps: number;
  readonly ready: number;
  readonly thin: number;
  readonly opened: readonly (readonly [cell: number, opened: Opened])[];
}

interface Head extends Saved {
  readonly format: number;
  readonly channels: readonly string[];
  readonly keys: readonly EdgeKey[];
  readonly lastSeen: readonly number[];
  readonly pools: Profile['pools'];
  readonly unwatched: number;
  readonly lengths: readonly number[];
  readonly free: readonly (readonly number[])[];
}

/** Length of the head (4 bytes), the head as JSON padded to whole numbers, then the arrays; numbers are little-endian. */
export function savedBytes(profile: Profile, saved: Saved): Uint8Array {
  const arrays = [
    profile.cells.subarray(0, profile.size * CHANNELS.length * WIDTH),
    profile.seasons.used(),
    profile.histograms.used(),
  ];
  const head: Head = {
    ...saved,
    format: FORMAT,
    channels: CHANNELS.map(({ name }) => name),
    keys: profile.keys,
    lastSeen: profile.lastSeen,
    pools: profile.pools,
    unwatched: profile.unwatched,
    lengths: arrays.map(({ length }) => length),
    free: [profile.seasons.free, profile.histograms.free],
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const begin = 4 + Math.ceil(text.length / 4) * 4;
  const bytes = new Uint8Array(begin + 4 * arrays.reduce((sum, { length }) => sum + length, 0));
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let at = begin;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return bytes;
}

/** Reads what `savedBytes` wrote; `null` for anything else: total, as the file may be from elsewhere. */
export function readSaved(bytes: Uint8Array): { readonly profile: Profile; readonly saved: Saved } | null {
  const head = headOf(bytes);
  if (head === null) return null;
  const { keys, lengths, free } = head;
  let at = 4 + Math.ceil(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) / 4) * 4;
  if (at + 4 * lengths.reduce((sum, length) => sum + length, 0) !== bytes.length) return null;
  if (lengths[0] !== keys.length * CHANNELS.length * WIDTH) return null;
  const arrays = lengths.map((length) => {
    const array = new Float32Array(bytes.slice(at, at + 4 * length).buffer);
    at += 4 * length;
    return array;
  });
  const profile = new Profile();
  for (const key of keys) profile.rowOf(key);
  profile.lastSeen = [...head.lastSeen];
  profile.cells = arrays[0]!;
  profile.seasons = new Pages(profile.seasons.size, MAX_SEASONS, arrays[1]);
  profile.histograms = new Pages(profile.histograms.size, MAX_HISTOGRAMS, arrays[2]);
  profile.seasons.setFree(free[0]!);
  profile.histograms.setFree(free[1]!);
  profile.pools = head.pools.map((pool) => ({ ...pool }));
  profile.unwatched = head.unwatched;
  return { profile, saved: head };
}

function headOf(bytes: Uint8Array): Head | null {
  if (bytes.length < 4) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length > bytes.length - 4) return null;
  try {
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Head;
    const same =
      head.format === FORMAT &&
      JSON.stringify(head.channels) === JSON.stringify(CHANNELS.map(({ name }) => name)) &&
      Array.isArray(head.keys) &&
      head.lengths.length === 3 &&
      head.lengths.every((each) => Number.isInteger(each) && each >= 0) &&
      head.free.length === 2 &&
      Array.isArray(head.opened);
    return same ? head : null;
  } catch {
    return null;
  }
}
