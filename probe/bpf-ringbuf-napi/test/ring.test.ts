import { getPriority } from 'node:os';
import { expect, test } from 'vitest';
import type { BpfObject, Ring } from '../index.js';
import { COUNTER, counter, failureOf, loadPrograms, needsKernel, openPrograms, u32 } from './support.ts';

interface Record {
  readonly sequence: number;
  readonly stamp: number;
  readonly odd: number;
}

const RECORD_BYTES = 8 + 16;

function decode(buffer: Uint8Array, bytes: number): Record[] {
  const view = new DataView(buffer.buffer, buffer.byteOffset, bytes);
  const records: Record[] = [];
  for (let at = 0; at < bytes; ) {
    const length = view.getUint32(at, true);
    expect([length, view.getUint32(at + 4, true)]).toEqual([12, 0]);
    records.push({
      sequence: view.getUint32(at + 8, true),
      stamp: view.getUint32(at + 12, true),
      odd: view.getUint32(at + 16, true),
    });
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return records;
}

function drainAll(ring: Ring, bufferBytes: number): Record[] {
  const buffer = new Uint8Array(bufferBytes);
  const all: Record[] = [];
  for (;;) {
    const { bytes, records } = ring.drain(buffer);
    const decoded = decode(buffer, bytes);
    expect(decoded.length).toBe(records);
    if (records === 0) return all;
    all.push(...decoded);
  }
}

function call(times: number): void {
  for (let i = 0; i < times; i++) getPriority();
}

/** programs.bpf.c throws every fifth record away after reserving it. */
function kept(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i).filter((sequence) => sequence % 5 !== 4);
}

function counts(object: BpfObject) {
  return {
    attempted: counter(object, COUNTER.attempted),
    dropped: counter(object, COUNTER.dropped),
    discarded: counter(object, COUNTER.discarded),
  };
}

test('every record arrives once, in order, whatever the buffer’s size, across the ring’s end', (context) => {
  needsKernel(context);
  const object = loadPrograms(context);
  object.attach('on_call');
  const ring = object.ring('records');
  let sent = 0;
  for (const bufferBytes of [RECORD_BYTES, RECORD_BYTES * 4 + 5, 1000, 65536]) {
    for (let round = 0; round < 20; round++) {
      call(100); // 2400 bytes of a ring of 4096
      const records = drainAll(ring, bufferBytes);
      expect(records.map(({ sequence }) => sequence)).toEqual(kept(sent, sent + 100));
      expect(records.every(({ sequence, odd, stamp }) => odd === (sequence & 1) && stamp === 7)).toBe(true);
      sent += 100;
    }
  }
  expect(counts(object)).toEqual({ attempted: sent, dropped: 0, discarded: sent / 5 });
  expect(ring.pending()).toBe(0);
});

test('of a full ring nothing is lost that was not counted', (context) => {
  needsKernel(context);
  const object = loadPrograms(context);
  object.attach('on_call');
  const ring = object.ring('records');
  call(1000);
  expect(ring.pending()).toBeLessThanOrEqual(4096);
  expect(ring.pending()).toBeGreaterThan(4096 - 2 * RECORD_BYTES);
  const received = drainAll(ring, 4096).length;
  const { attempted, dropped, discarded } = counts(object);
  expect(attempted).toBe(1000);
  expect(dropped).toBeGreaterThan(0);
  expect(received + dropped + discarded).toBe(attempted);

  call(10);
  expect(drainAll(ring, 4096).map(({ sequence }) => sequence)).toEqual(kept(1000, 1010));
});

test('a buffer too small for one record is refused and the record stays', (context) => {
  needsKernel(context);
  const object = loadPrograms(context);
  object.attach('on_call');
  const ring = object.ring('records');
  call(2);
  const waiting = ring.pending();
  expect(failureOf(() => ring.drain(new Uint8Array(RECORD_BYTES - 1)))).toMatchObject({ code: 'EMSGSIZE' });
  expect(ring.pending()).toBe(waiting);
  expect(drainAll(ring, RECORD_BYTES).map(({ sequence }) => sequence)).toEqual([0, 1]);
  expect(ring.drain(new Uint8Array(0))).toEqual({ bytes: 0, records: 0 });
});

test('globals set before loading are what the programs see, and the ring’s size', (context) => {
  needsKernel(context);
  const object = openPrograms(context);
  object.setGlobal('stamp', u32(0xcafe));
  object.setMaxEntries('records', 1 << 20);
  object.load();
  object.attach('on_call');
  const ring = object.ring('records');
  call(5000);
  expect(ring.pending()).toBe(5000 * RECORD_BYTES);
  const records = drainAll(ring, 1 << 20);
  expect(records.length).toBe(4000);
  expect(new Set(records.map(({ stamp }) => stamp))).toEqual(new Set([0xcafe]));
});

test('a detached program sends nothing more', (context) => {
  needsKernel(context);
  const object = loadPrograms(context);
  const link = object.attach('on_call');
  call(3);
  link.detach();
  call(3);
  expect(counts(object).attempted).toBe(3);
});
