import { expect, test } from 'vitest';
import {
  ASKED,
  COMM,
  COUNTERS,
  ENDED_SIZE,
  IDENTITY_SIZE,
  LOCAL,
  RECORD_SIZE,
  REMOTE,
  readCounters,
  record,
  TRANSLATED,
} from './layout.ts';
import { FIELDS, recordOf, viewOf } from './testing/records.ts';

/** Fields whose reader is not their C name in camel case. */
const RENAMED: Readonly<Record<string, string>> = {
  srtt_us: 'rttMicros',
  min_rtt_us: 'minRttMicros',
  first_latency_us: 'firstLatency',
  first_wait_us: 'firstWait',
  first_service_us: 'firstService',
};

const readerOf = (field: string) =>
  RENAMED[field] ?? field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

test('every reader reads the field of the C structure that it is named after, and nothing beside it', () => {
  const checked = new Set<string>();
  for (const [field, { width, count }] of FIELDS) {
    const reader = record[readerOf(field) as keyof typeof record];
    if (reader === undefined) continue;
    checked.add(readerOf(field));
    const largest = width === 8 ? Number.MAX_SAFE_INTEGER : 256 ** width - 1;
    for (let slot = 0; slot < count; slot++) {
      const values = Array.from({ length: count }, (_, i) => (i === slot ? largest : 0));
      const view = viewOf(recordOf({ [field]: values }));
      expect(reader(view, 0, slot)).toBe(largest);
      for (const [other, read] of Object.entries(record)) {
        if (other !== readerOf(field)) expect(read(view, 0, slot)).toBe(0);
      }
    }
  }
  expect([...checked].sort()).toEqual(Object.keys(record).sort());
});

test('addresses, name and sizes stand where the C structure has them', () => {
  expect(['local', 'remote', 'asked', 'comm', 'translated'].map((name) => FIELDS.get(name)!.offset)).toEqual([
    LOCAL,
    REMOTE,
    ASKED,
    COMM,
    TRANSLATED,
  ]);
  expect(FIELDS.get('ended_ns')!.offset).toBe(IDENTITY_SIZE);
  expect(FIELDS.get('oldest_ns')!.offset).toBe(ENDED_SIZE);
  const last = [...FIELDS.values()].at(-1)!;
  expect(last.offset + last.width).toBe(RECORD_SIZE);
});

test('counters are the sum over all processors', () => {
  const bytes = new Uint8Array(3 * COUNTERS.length * 8);
  for (let i = 0; i < 3 * COUNTERS.length; i++) viewOf(bytes).setBigUint64(i * 8, BigInt(i + 1), true);
  const counters = readCounters(bytes);
  COUNTERS.forEach((name, field) => {
    expect(counters[name]).toBe(3 * (field + 1) + 3 * COUNTERS.length);
  });
});
