import { expect, test } from 'vitest';
import type { Flow } from '../flow.ts';
import { query } from '../protocols/dns/testing.ts';
import { createDatagrams, DNS_PORT } from './datagrams.ts';
import {
  CONVERSATION_SIZE,
  DATAGRAM_RECEIVED,
  DATAGRAM_SENT,
  DATAGRAM_SIZE,
  KEY_SIZE,
  SOCKET_CLOSED,
} from './datagrams-layout.ts';
import { createDnsTracker } from './dns.ts';
import { NO_DROPS } from './drops.ts';
import { createNatView } from './nat.ts';
import { fieldsOf, mapped, ringOf, structureOf, type Values } from './testing/records.ts';
import type { Ended } from './tracker.ts';

const SECOND = 1_000_000;
const [KEY, VALUE, DATAGRAM] = [
  fieldsOf('udp.h', 'conversation_key'),
  fieldsOf('udp.h', 'conversation'),
  fieldsOf('dns.h', 'datagram'),
];
const REMOTE = { remote: mapped('10.0.0.9'), remote_port: 9000 };

/** A kernel's map and ring, and the books kept of them. */
function setUp({ maxEntries = 100, local = '10.0.0.2', readsNames = true } = {}) {
  const entries = new Map<string, { key: Uint8Array; value: Uint8Array }>();
  const records: Uint8Array[] = [];
  const nat = createNatView();
  let now = 0;
  const datagrams = createDatagrams({
    conversations: {
      maxEntries,
      sweep: () => ({
        count: entries.size,
        keys: Buffer.concat([...entries.values()].map(({ key }) => key)),
        values: Buffer.concat([...entries.values()].map(({ value }) => value)),
      }),
      lookup: (key) => entries.get(Buffer.from(key).toString('hex'))?.value ?? null,
      delete: (key) => entries.delete(Buffer.from(key).toString('hex')),
    },
    ring: {
      drain(into) {
        const bytes = ringOf(records);
        const drained = { bytes: bytes.length, records: records.length };
        into.set(bytes);
        records.length = 0;
        return drained;
      },
    },
    dns: createDnsTracker(),
    clock: { now: () => now, micros: (ns) => ns / 1000, adjust: () => {} },
    monotonicNs: () => now * 1000,
    boot: 'b',
    netnsName: () => 'pod',
    addresses: { facing: () => '10.0.0.2', candidates: () => ['10.0.0.2'] },
    nat,
    drops: NO_DROPS,
    readsNames: () => readsNames,
    ownerOf: (raw) => ({ ...raw, cgroupId: String(raw.cgroupId), cgroup: '/pod' }),
  });
  return {
    datagrams,
    nat,
    entries,
    /** Writes a conversation as the kernel has it by now. */
    put(at: number, values: Values, of: Values = {}) {
      const key = structureOf(KEY, { cookie: 7, ...REMOTE, ...of }, new Uint8Array(KEY_SIZE));
      const value = structureOf(
        VALUE,
        {
          first_ns: 1000,
          last_ns: at * 1000,
          local: mapped(local),
          local_port: 4000,
          role: 1,
          pid: 5,
          comm: 'app',
          ...values,
        },
        new Uint8Array(CONVERSATION_SIZE),
      );
      entries.set(Buffer.from(key).toString('hex'), { key, value });
    },
    tell(values: Values, payload: Uint8Array = new Uint8Array()) {
      const head = structureOf(
        DATAGRAM,
        { cookie: 7, ...REMOTE, role: 1, captured: payload.length, ...values },
        new Uint8Array(DATAGRAM_SIZE),
      );
      records.push(Buffer.concat([head, payload]));
    },
    sweep(to: number) {
      now = to;
      datagrams.drain();
      const all = { flows: [] as Flow[], ends: [] as Ended[] };
      for (const { flows, ends } of datagrams.sweep(to)) {
        all.flows.push(...flows);
        all.ends.push(...ends);
      }
      return all;
    },
  };
}

test('slices of a conversation add up to the whole of it', () => {
  const { put, sweep, tell, datagrams } = setUp();
  put(SECOND - 5, { datagrams_sent: 2, bytes_sent: 30 });
  const [first] = sweep(SECOND).flows;
  expect(first).toMatchObject({
    transport: 'udp',
    protocol: 'udp',
    basis: 'connection',
    role: 'client',
    local: { ip: '10.0.0.2', port: 4000 },
    remote: { ip: '10.0.0.9', port: 9000 },
    asked: { ip: '10.0.0.9', port: 9000 },
    peer: { ip: '10.0.0.9', port: 9000 },
    nat: 'none',
    netnsName: 'pod',
    owner: { pid: 5, process: 'app' },
    segmentsSent: 2,
    bytesSent: 30,
    opened: 1,
    closed: 0,
    from: 1,
    to: SECOND,
  });
  expect(sweep(2 * SECOND).flows).toEqual([]);
  put(2 * SECOND + 5, { datagrams_sent: 2, bytes_sent: 30, datagrams_received: 1, bytes_received: 9 });
  expect(sweep(3 * SECOND).flows).toEqual([
    expect.objectContaining({
      segmentsSent: 0,
      segmentsReceived: 1,
      bytesReceived: 9,
      opened: 0,
      from: 2 * SECOND,
    }),
  ]);
  put(3 * SECOND + 5, { datagrams_sent: 3, bytes_sent: 31, datagrams_received: 1, bytes_received: 9 });
  tell({ event: SOCKET_CLOSED });
  const { flows, ends } = sweep(4 * SECOND);
  expect(flows).toEqual([]);
  expect(ends).toEqual([
    {
      increment: expect.objectContaining({ segmentsSent: 1, segmentsReceived: 0, opened: 0, closed: 1 }),
      whole: expect.objectContaining({
        segmentsSent: 3,
        segmentsReceived: 1,
        bytesSent: 31,
        opened: 1,
        closed: 1,
        from: 1,
      }),
    },
  ]);
  expect(datagrams).toMatchObject({ seen: 4, size: 0 });
});

test('what was counted while a sweep looked is in the next', () => {
  const { put, sweep } = setUp();
  put(SECOND - 5, { datagrams_sent: 1 });
  expect(sweep(SECOND).flows).toHaveLength(1);
  put(SECOND - 5, { datagrams_sent: 2 });
  expect(sweep(2 * SECOND).flows).toEqual([expect.objectContaining({ segmentsSent: 1 })]);
});

test('a conversation ends when it is idle, sooner the fuller the map is', () => {
  const { put, sweep, entries } = setUp({ maxEntries: 16 });
  put(0, { datagrams_sent: 1 });
  expect(sweep(29 * SECOND).ends).toEqual([]);
  expect(sweep(31 * SECOND).ends).toHaveLength(1);
  expect(entries.size).toBe(0);
  for (let i = 0; i < 9; i++) put(40 * SECOND, { datagrams_sent: 1 }, { cookie: 100 + i });
  expect(sweep(44 * SECOND).ends).toHaveLength(0);
  expect(sweep(46 * SECOND).ends).toHaveLength(9);
  for (let i = 0; i < 13; i++) put(50 * SECOND, { datagrams_sent: 1 }, { cookie: 200 + i });
  expect(sweep(50 * SECOND + 10).ends).toHaveLength(0);
  expect(sweep(52 * SECOND).ends).toHaveLength(13);
});

test('a socket that was refused, and never heard of anybody, has failed', () => {
  const { put, sweep } = setUp();
  put(5, { datagrams_sent: 1, refused: 1 });
  expect(sweep(SECOND).flows).toEqual([
    expect.objectContaining({ failure: 'refused', opened: 0, closed: 0, segmentsSent: 1 }),
  ]);
});

test('the remote end behind a translation, also of a socket that is bound to no address', () => {
  const { put, sweep, nat } = setUp({ local: '0.0.0.0' });
  nat.add('/', 0, {
    original: {
      source: { ip: '10.0.0.2', port: 4000 },
      destination: { ip: '10.0.0.9', port: 9000 },
    },
    reply: {
      source: { ip: '10.0.7.7', port: 9001 },
      destination: { ip: '10.0.0.2', port: 4000 },
    },
  });
  put(5, { datagrams_sent: 1 });
  expect(sweep(SECOND).flows).toEqual([
    expect.objectContaining({
      local: { ip: '10.0.0.2', port: 4000 },
      peer: { ip: '10.0.7.7', port: 9001 },
      nat: 'conntrack',
    }),
  ]);
});

test('questions and answers of the name service are requests of their conversation', () => {
  const { put, sweep, tell, datagrams } = setUp();
  const dns = { remote_port: DNS_PORT };
  const answer = query(1, 'shop.example', 1);
  answer[2] = 0x81;
  put(5, { datagrams_sent: 1 }, dns);
  tell({ ...dns, event: DATAGRAM_SENT, time_ns: 1000 }, query(1, 'shop.example', 1));
  expect(sweep(SECOND).flows).toEqual([
    expect.objectContaining({ protocol: 'dns', basis: 'parsed', requests: 0 }),
  ]);
  put(SECOND + 5, { datagrams_sent: 1, datagrams_received: 1 }, dns);
  tell({ ...dns, event: DATAGRAM_RECEIVED, time_ns: 3_001_000 }, answer);
  const [flow] = sweep(2 * SECOND).flows;
  expect(flow).toMatchObject({ requests: 1, failedRequests: 0, segmentsReceived: 1 });
  expect(flow!.operations.map(({ name }) => name)).toEqual(['A shop.example']);

  tell({ ...dns, event: DATAGRAM_SENT, time_ns: 2_500_000_000 }, query(2, 'shop.example', 1));
  expect(sweep(4 * SECOND).flows).toEqual([]);
  expect(sweep(8 * SECOND).flows).toEqual([
    expect.objectContaining({ requests: 1, failedRequests: 1, statuses: [[0, 1]] }),
  ]);
  expect(datagrams.messages).toBe(3);
});

test('where payload is not read a conversation with a name server says so', () => {
  const { put, sweep, tell } = setUp({ readsNames: false });
  const dns = { remote_port: DNS_PORT };
  put(5, { datagrams_sent: 1 }, dns);
  tell({ ...dns, event: DATAGRAM_SENT, time_ns: 1000 }, query(1, 'shop.example', 1));
  expect(sweep(SECOND).flows).toEqual([
    expect.objectContaining({ protocol: 'dns', basis: 'connection', requests: 0 }),
  ]);
  expect(sweep(8 * SECOND).flows).toEqual([]);
});
