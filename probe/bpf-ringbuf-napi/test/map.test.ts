import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { BpfMap, Sweep } from '../index.js';
import { failureOf, loadPrograms, needsKernel, readU64, u32, u64 } from './support.ts';

const ENTRIES = 5000;

function fill(map: BpfMap): void {
  for (let i = 0; i < ENTRIES; i++) map.update(u32(i), u64(BigInt(i) * 3n));
}

function asMap({ count, keys, values }: Sweep): Map<number, bigint> {
  const numbers = new Uint32Array(keys.buffer);
  const contents = new BigUint64Array(values.buffer);
  expect([numbers.length, contents.length]).toEqual([count, count]);
  return new Map(Array.from(numbers, (key, i) => [key, contents[i]!]));
}

const expected = new Map(Array.from({ length: ENTRIES }, (_, i) => [i, BigInt(i) * 3n]));

test('looks up, writes over and deletes', (context) => {
  needsKernel(context);
  const map = loadPrograms(context).map('table');
  expect([map.keySize, map.valueSize, map.maxEntries]).toEqual([4, 8, 8192]);
  expect(map.lookup(u32(7))).toBeNull();
  map.update(u32(7), u64(1n));
  map.update(u32(7), u64(2n));
  expect(readU64(map, u32(7))).toBe(2n);
  expect(map.delete(u32(7))).toBe(true);
  expect(map.delete(u32(7))).toBe(false);
  expect(map.lookup(u32(7))).toBeNull();
});

test('a sweep gives every entry with its own value', (context) => {
  needsKernel(context);
  const map = loadPrograms(context).map('table');
  expect(map.sweep().count).toBe(0);
  fill(map);
  expect(asMap(map.sweep())).toEqual(expected);
  expect(asMap(map.sweep())).toEqual(expected);
});

test('a taking sweep gives every entry once and leaves none', (context) => {
  needsKernel(context);
  const map = loadPrograms(context).map('table');
  fill(map);
  expect(asMap(map.sweepDelete())).toEqual(expected);
  expect(map.sweepDelete().count).toBe(0);
});

test('arrays are swept too, and full maps refuse', (context) => {
  needsKernel(context);
  const object = loadPrograms(context);
  expect(object.map('counters').sweep().count).toBe(4);
  const map = object.map('per_cpu');
  const value = new Uint8Array(map.valueSize);
  for (let i = 0; i < map.maxEntries; i++) map.update(u32(i), value);
  expect(failureOf(() => map.update(u32(1000), value))).toMatchObject({ code: 'E2BIG' });
});

test('per-CPU maps carry one padded value per possible CPU', (context) => {
  needsKernel(context);
  const map = loadPrograms(context).map('per_cpu');
  const [, last] = /(\d+)$/.exec(readFileSync('/sys/devices/system/cpu/possible', 'utf8').trim())!;
  const cpus = Number(last) + 1;
  expect(map.valueSize).toBe(8 * cpus);
  const value = new Uint8Array(
    new Uint32Array(Array.from({ length: 2 * cpus }, (_, i) => (i % 2 ? 0 : i + 1))).buffer,
  );
  map.update(u32(1), value);
  map.update(u32(2), value);
  expect(map.lookup(u32(1))).toEqual(value);
  const swept = map.sweep();
  expect(swept.count).toBe(2);
  expect(swept.values).toEqual(new Uint8Array([...value, ...value]));
});

test('many keys are looked up at once, zeros for those that are not there', (context) => {
  needsKernel(context);
  const map = loadPrograms(context).map('table');
  map.update(u32(1), u64(11n));
  map.update(u32(3), u64(33n));
  const keys = new Uint8Array(Uint32Array.of(3, 2, 1, 3).buffer);
  expect(new BigUint64Array(map.lookupAll(keys).buffer)).toEqual(BigUint64Array.of(33n, 0n, 11n, 33n));
  expect(map.lookupAll(new Uint8Array()).length).toBe(0);
});

test('of an array that can be mapped many values are read through windows, with the same answers', (context) => {
  needsKernel(context);
  const map = loadPrograms(context).map('large');
  const keys = Array.from({ length: map.maxEntries }, (_, i) => i).filter((i) => i % 3 !== 0 || i > 1e5);
  for (const key of keys) map.update(u32(key), u64(BigInt(key) * 5n));
  const answers = (some: readonly number[]) => [
    ...new BigUint64Array(map.lookupAll(new Uint8Array(Uint32Array.from(some).buffer)).buffer),
  ];
  expect(answers(keys)).toEqual(keys.map((key) => BigInt(key) * 5n));
  const mixed = [
    map.maxEntries,
    0,
    ...keys.slice(-100),
    1,
    map.maxEntries - 1,
    2 ** 32 - 1,
    ...keys.slice(0, 70),
  ];
  expect(answers(mixed)).toEqual(
    mixed.map((key) => (key < map.maxEntries && keys.includes(key) ? BigInt(key) * 5n : 0n)),
  );
});

test('the memory of an array is that of the kernel, and stays when the object is closed', (context) => {
  needsKernel(context);
  const object = loadPrograms(context);
  const map = object.map('shared');
  const memory = map.memory();
  expect(memory.length).toBe(600 * 8);
  const numbers = new BigInt64Array(memory.buffer);
  map.update(u32(599), u64(7n));
  expect(numbers[599]).toBe(7n);
  expect(Atomics.compareExchange(numbers, 599, 7n, 8n)).toBe(7n);
  expect(readU64(map, u32(599))).toBe(8n);
  expect(failureOf(() => object.map('counters').memory()).code).toBe('EINVAL');
  expect(failureOf(() => object.map('table').memory()).code).toBe('ENOTSUPP');
  object.close();
  expect(numbers[599]).toBe(8n);
  expect(failureOf(() => map.memory()).code).toBe('EBADF');
});

test('keys and values of the wrong size are refused before the kernel reads them', (context) => {
  needsKernel(context);
  const object = loadPrograms(context);
  const map = object.map('table');
  for (const action of [
    () => map.lookup(new Uint8Array(3)),
    () => map.lookupAll(new Uint8Array(10)),
    () => map.delete(new Uint8Array(5)),
    () => map.update(u32(1), new Uint8Array(7)),
    () => map.update(new Uint8Array(0), new Uint8Array(8)),
  ]) {
    expect(failureOf(action)).toMatchObject({ code: 'EINVAL', message: expect.stringContaining('table') });
  }
  expect(failureOf(() => object.map('records').sweep()).code).toBe('ENOTSUPP');
});
