import { afterEach, beforeEach, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { DELIVERY_BY_SWEEP, RECORD_SIZE, record } from './layout.ts';
import { PLACES, rowsOf, tableSize } from './socket-table.ts';
import { type Holder, holdConnections } from './testing/holder.ts';
import { type Tapped, tap } from './testing/tapped.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'python3'] as const;
/** One near row, eight far ones. */
const SOCKETS = 64;
const SIZE = tableSize(SOCKETS);
const ROOM = SIZE.places - SIZE.nearRows;

let tapped: Tapped;
let holder: Holder;

beforeEach(async () => {
  if (missing(...NEEDS) !== null) return;
  tapped = tap({ maxSockets: SOCKETS, ringBytes: 4096 });
  holder = await holdConnections(tapped.netns);
});

afterEach(async () => {
  await holder?.close();
  tapped?.close();
});

/** Everything in the table, and whether it is where both sides look for it. */
function swept() {
  const { count, values, places } = tapped.sockets.sweep();
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  return Array.from({ length: count }, (_, i) => {
    const value = values.subarray(i * RECORD_SIZE, (i + 1) * RECORD_SIZE);
    const cookie = record.cookie(view, i * RECORD_SIZE);
    const place = places[i]!;
    expect(rowsOf(cookie, SIZE)).toContain(Math.floor(place / PLACES));
    expect(tapped.sockets.lookup(cookie)).not.toBeNull();
    return { cookie, place, value, delivery: record.delivery(view, i * RECORD_SIZE) };
  });
}

/** Takes what the ring had no room for, and empties the ring. */
function release(): number {
  const ended = swept().filter(({ delivery }) => delivery === DELIVERY_BY_SWEEP);
  for (const { place, value } of ended) tapped.sockets.release(place, value);
  return ended.length + tapped.object.ring('ring').drain(new Uint8Array(1 << 16)).records;
}

test('sockets that find their row full have a place further on, and give it back', async (context) => {
  needs(context, ...NEEDS);
  for (let round = 1; round <= 3; round++) {
    await holder.open(SOCKETS / 2);
    const held = swept();
    expect(new Set(held.map(({ cookie }) => cookie)).size).toBe(SOCKETS);
    expect(held.some(({ place }) => place >= SIZE.nearRows * PLACES)).toBe(true);
    expect(tapped.counters()).toMatchObject({ sockets: round * SOCKETS, mapFull: 0 });
    await holder.release();
    expect(release()).toBe(SOCKETS);
    expect(
      tapped
        .map('rows')
        .memory()
        .every((byte) => byte === 0),
    ).toBe(true);
  }
});

test('where every row is full a socket is counted as lost, once', async (context) => {
  needs(context, ...NEEDS);
  await holder.open(SOCKETS);
  const { sockets, mapFull } = tapped.counters();
  expect(sockets).toBe(2 * SOCKETS);
  const held = swept();
  expect(held.length).toBeLessThanOrEqual(ROOM);
  expect(held.length + mapFull).toBe(2 * SOCKETS);
  await holder.talk();
  expect(tapped.counters()).toMatchObject({ sockets, mapFull });
  await holder.release();
  expect(release()).toBe(held.length);
  expect(tapped.counters()).toMatchObject({ sockets, mapFull });
  expect(
    tapped
      .map('rows')
      .memory()
      .every((byte) => byte === 0),
  ).toBe(true);
});

test('a small table is used again and again', async (context) => {
  needs(context, ...NEEDS);
  let told = 0;
  for (let i = 0; i < 50; i++) {
    await holder.open(20);
    await holder.talk();
    await holder.release();
    told += release();
  }
  expect(tapped.counters()).toMatchObject({ sockets: 2000, mapFull: 0 });
  expect(told).toBe(2000);
});
