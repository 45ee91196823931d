import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DELIVERED_BY_RING, DELIVERY_BY_SWEEP, RECORD_SIZE, record } from './layout.ts';
import {
  LOOKS,
  NEAR_PLACES,
  openSocketTable,
  PLACES,
  rowsOf,
  type TableSize,
  tableSize,
} from './socket-table.ts';
import { recordOf, viewOf } from './testing/records.ts';

/** The maps as the kernel has them, and what its programs do with them. */
function kernelOf(size: TableSize) {
  const rows = new Uint8Array(size.places * 8);
  const cookies = new BigInt64Array(rows.buffer);
  const records = new Uint8Array(size.places * RECORD_SIZE);
  const at = (key: Uint8Array) => {
    const place = viewOf(key).getUint32(0, true);
    return records.subarray(place * RECORD_SIZE, (place + 1) * RECORD_SIZE);
  };
  const write = (place: number, values: Parameters<typeof recordOf>[0]) =>
    recordOf(values, records.subarray(place * RECORD_SIZE, (place + 1) * RECORD_SIZE).fill(0));
  return {
    rows,
    cookies,
    write,
    sockets: {
      lookup: (key: Uint8Array) => at(key).slice(),
      lookupAll: (keys: Uint8Array) =>
        Uint8Array.from(
          Array.from({ length: keys.length / 4 }, (_, i) => [...at(keys.slice(4 * i, 4 * i + 4))]).flat(),
        ),
      update: (key: Uint8Array, value: Uint8Array) => at(key).set(value),
    },
    /** `null` where all rows of the socket are full. */
    take(cookie: number, values: Parameters<typeof recordOf>[0] = {}): number | null {
      const [near, ...far] = rowsOf(cookie, size);
      const free = (row: number, places: number) => {
        for (let place = row * PLACES; place < row * PLACES + places; place++)
          if (cookies[place] === 0n) return place;
        return null;
      };
      let place = free(near!, NEAR_PLACES);
      if (place === null) {
        for (const row of far) place ??= free(row, PLACES);
        if (place !== null) cookies[near! * PLACES + NEAR_PLACES]!++;
      }
      if (place === null) return null;
      cookies[place] = BigInt(cookie);
      write(place, { cookie, ready: 1, established_ns: 1, ...values });
      return place;
    },
  };
}

const sockets = fc.integer({ min: 1, max: 4096 });
const cookie = fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 2 ** 52 }));

test('a table has room for as many sockets as were asked for, and at most for twice as many and a few', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1 << 22 }), (asked) => {
      const { nearRows, farRows, places } = tableSize(asked);
      for (const rows of [nearRows, farRows]) expect(Number.isInteger(Math.log2(rows))).toBe(true);
      expect(places).toBe((nearRows + farRows) * PLACES);
      expect(farRows * PLACES).toBeGreaterThanOrEqual(asked);
      expect(places).toBeLessThanOrEqual(2 * asked * (1 + 1 / 16) + 2 * PLACES);
    }),
  );
});

test('a socket has one near row, and the others are far', () => {
  fc.assert(
    fc.property(sockets, cookie, (asked, each) => {
      const size = tableSize(asked);
      const [near, ...far] = rowsOf(each, size);
      expect(near).toBe(each % size.nearRows);
      expect(far).toHaveLength(LOOKS - 1);
      expect(far[0]).toBe(size.nearRows + (each % size.farRows));
      for (const row of far) {
        expect(row).toBeGreaterThanOrEqual(size.nearRows);
        expect(row).toBeLessThan(size.nearRows + size.farRows);
      }
    }),
  );
});

test('every socket that found a place is found and swept once, and no other', () => {
  fc.assert(
    fc.property(sockets, fc.uniqueArray(cookie, { maxLength: 300 }), cookie, (asked, all, stranger) => {
      const size = tableSize(asked);
      const kernel = kernelOf(size);
      const placed = all.filter((each) => kernel.take(each) !== null);
      const table = openSocketTable(kernel.rows, kernel.sockets, size);
      for (const each of placed) expect(record.cookie(viewOf(table.lookup(each)!), 0)).toBe(each);
      if (!placed.includes(stranger)) expect(table.lookup(stranger)).toBeNull();
      const { count, values, places } = table.sweep();
      expect(values.length).toBe(count * RECORD_SIZE);
      expect(new Set(places).size).toBe(count);
      const swept = Array.from({ length: count }, (_, i) => record.cookie(viewOf(values), i * RECORD_SIZE));
      expect(swept.sort((a, b) => a - b)).toEqual(placed.sort((a, b) => a - b));
    }),
  );
});

test('sockets that came one after the other all find room while the table is not full', () => {
  fc.assert(
    fc.property(fc.constantFrom(64, 1024, 8192), fc.integer({ min: 1, max: 2 ** 40 }), (asked, first) => {
      const kernel = kernelOf(tableSize(asked));
      for (let i = 0; i < asked; i++) expect(kernel.take(first + i)).not.toBeNull();
    }),
    { numRuns: 10 },
  );
});

test('nothing is left in the rows once every socket was released', () => {
  fc.assert(
    fc.property(sockets, fc.uniqueArray(cookie, { maxLength: 300 }), (asked, all) => {
      const size = tableSize(asked);
      const kernel = kernelOf(size);
      for (const each of all) kernel.take(each, { delivery: DELIVERY_BY_SWEEP });
      const table = openSocketTable(kernel.rows, kernel.sockets, size);
      const { count, values, places } = table.sweep();
      for (let i = 0; i < count; i++)
        table.release(places[i]!, values.subarray(i * RECORD_SIZE, (i + 1) * RECORD_SIZE));
      expect(kernel.rows.every((byte) => byte === 0)).toBe(true);
      expect(table.sweep().count).toBe(0);
    }),
  );
});

test('a place that was taken and not begun yet has no record', () => {
  const size = tableSize(64);
  const kernel = kernelOf(size);
  const place = kernel.take(5)!;
  kernel.take(7);
  kernel.write(place, { cookie: 3, ready: 1, delivery: DELIVERY_BY_SWEEP });
  const table = openSocketTable(kernel.rows, kernel.sockets, size);
  expect(table.lookup(5)).toBeNull();
  const { count, values, places } = table.sweep();
  expect([count, record.cookie(viewOf(values), 0)]).toEqual([1, 7]);
  expect(places[0]).not.toBe(place);
});

test('a released record was told, and a place that somebody else has by then stays his', () => {
  const size = tableSize(64);
  const kernel = kernelOf(size);
  const table = openSocketTable(kernel.rows, kernel.sockets, size);
  const place = kernel.take(5, { delivery: DELIVERY_BY_SWEEP })!;
  const value = table.lookup(5)!;
  table.release(place, value);
  const key = new Uint8Array(Uint32Array.of(place).buffer);
  expect(record.delivery(viewOf(kernel.sockets.lookup(key)), 0)).toBe(DELIVERED_BY_RING);
  kernel.cookies[place] = 6n;
  table.release(place, value);
  expect(kernel.cookies[place]).toBe(6n);
});
