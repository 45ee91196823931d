import fc from 'fast-check';
import { expect, test } from 'vitest';
import { portRangeBytes, QUEUE_SIZE, readQueues, unplacedOf } from './layout.ts';
import { reservedIn } from './settings.ts';

test('reserved ports are counted inside the range, whatever the list says', () => {
  expect(reservedIn('8080,40010-40019,40199-50000,x,', 40_000, 40_199)).toBe(11);
  expect(reservedIn('', 1, 10)).toBe(0);
  expect(reservedIn('0-65535', 1, 10)).toBe(10);
  fc.assert(
    fc.property(fc.string(), (list) => {
      const count = reservedIn(list, 100, 200);
      expect(count).toBeGreaterThanOrEqual(0);
      expect(count).toBeLessThanOrEqual(101);
    }),
  );
});

test('any bytes are queues, as many as there are whole ones', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5 * QUEUE_SIZE }), (bytes) => {
      expect(readQueues(bytes)).toHaveLength(Math.floor(bytes.length / QUEUE_SIZE));
    }),
  );
});

test('a range goes to the kernel with nothing unplaced', () => {
  expect(unplacedOf(portRangeBytes({ low: 1, high: 2 }))).toBe(0);
  expect(unplacedOf(null)).toBe(0);
});
