import type { BpfMap } from '../bpf-ringbuf-napi/index.js';
import { DELIVERED_BY_RING, DELIVERY, RECORD_SIZE, record } from './layout.ts';

/** Places of a row, and rows that are looked into for one socket (`bpf/table.h`). */
export const PLACES = 8;
/** The last word of a near row counts the sockets that found it full and are in far rows. */
export const NEAR_PLACES = 7;
export const LOOKS = 8;
/** What sockets that live for a moment use: 1.5 MiB of records stay in the caches of a processor. */
const MAX_NEAR_ROWS = 512;
/** Of the far rows: so many more places than were asked for, as some rows fill before others. */
const NEAR_SHARE = 1 / 16;

export interface TableSize {
  readonly nearRows: number;
  readonly farRows: number;
  /** All places, one for each record. */
  readonly places: number;
}

/** Room for so many sockets, rounded up to a power of two. */
export function tableSize(sockets: number): TableSize {
  const farRows = 2 ** Math.ceil(Math.log2(Math.max(sockets, PLACES) / PLACES));
  const nearRows = Math.min(MAX_NEAR_ROWS, Math.max(1, farRows * NEAR_SHARE));
  return { nearRows, farRows, places: (nearRows + farRows) * PLACES };
}

/** The rows in which a socket may be, in the order in which the kernel programs look. */
export function rowsOf(cookie: number, { nearRows, farRows }: TableSize): readonly number[] {
  const low = (cookie % 2 ** 32) >>> 0;
  let mixed = Math.imul(low ^ (low >>> 16), 0x85ebca6b) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0;
  mixed = (mixed ^ (mixed >>> 16)) >>> 0;
  const step = (mixed >>> 16) | 1;
  const further = Array.from(
    { length: LOOKS - 2 },
    (_, i) => nearRows + (((mixed + i * step) >>> 0) & (farRows - 1)),
  );
  return [low & (nearRows - 1), nearRows + (low & (farRows - 1)), ...further];
}

export interface SweptTable {
  readonly count: number;
  /** Records, packed. */
  readonly values: Uint8Array;
  /** The place of each. */
  readonly places: Uint32Array;
}

/** The records of all sockets in the kernel, by their cookies. */
export interface SocketTable {
  lookup(cookie: number): Uint8Array | null;
  sweep(): SweptTable;
  /** What the record says was told from here: its place is free for another socket. */
  release(place: number, value: Uint8Array): void;
}

/** @param rows memory shared with the kernel programs */
export function openSocketTable(
  rows: Uint8Array,
  sockets: Pick<BpfMap, 'lookup' | 'lookupAll' | 'update'>,
  size: TableSize,
): SocketTable {
  const cookies = new BigInt64Array(rows.buffer, rows.byteOffset, size.places);
  /* A BigInt for each place would cost more than all the rest of a sweep. */
  const halves = new Uint32Array(rows.buffer, rows.byteOffset, 2 * size.places);
  const endOf = (row: number) => row * PLACES + (row < size.nearRows ? NEAR_PLACES : PLACES);
  const cookieAt = (place: number) => halves[2 * place + 1]! * 2 ** 32 + halves[2 * place]!;

  return {
    lookup(cookie) {
      for (const row of rowsOf(cookie, size)) {
        for (let place = row * PLACES; place < endOf(row); place++) {
          if (cookieAt(place) !== cookie) continue;
          const value = sockets.lookup(keyOf(place));
          return value !== null && record.cookie(viewOf(value), 0) === cookie ? value : null;
        }
      }
      return null;
    },

    sweep() {
      const found: number[] = [];
      for (let row = 0; row < size.nearRows + size.farRows; row++) {
        for (let place = row * PLACES; place < endOf(row); place++)
          if (halves[2 * place] !== 0 || halves[2 * place + 1] !== 0) found.push(place);
      }
      const taken = found.map(cookieAt);
      const places = Uint32Array.from(found);
      const values = sockets.lookupAll(new Uint8Array(places.buffer));
      const view = viewOf(values);
      let count = 0;
      for (let i = 0; i < places.length; i++) {
        /* Taken, and its record not begun yet: it is still that of the last socket there. */
        if (record.cookie(view, i * RECORD_SIZE) !== taken[i]) continue;
        if (i !== count) values.copyWithin(count * RECORD_SIZE, i * RECORD_SIZE, (i + 1) * RECORD_SIZE);
        places[count++] = places[i]!;
      }
      return { count, values: values.subarray(0, count * RECORD_SIZE), places: places.subarray(0, count) };
    },

    release(place, value) {
      const told = value.slice();
      told[DELIVERY] = DELIVERED_BY_RING;
      sockets.update(keyOf(place), told);
      const cookie = viewOf(value).getBigInt64(0, true);
      if (Atomics.compareExchange(cookies, place, cookie, 0n) !== cookie) return;
      if (place < size.nearRows * PLACES) return;
      const [near] = rowsOf(Number(cookie), size);
      Atomics.sub(cookies, near! * PLACES + NEAR_PLACES, 1n);
    },
  };
}

function viewOf(value: Uint8Array): DataView {
  return new DataView(value.buffer, value.byteOffset, value.byteLength);
}

function keyOf(place: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(place).buffer);
}
