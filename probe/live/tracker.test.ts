import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Flow } from '../flow.ts';
import { BUCKETS, bucketOf, merge, total } from '../histogram.ts';
import { sortSweep } from './batch.ts';
import { NO_DROPS } from './drops.ts';
import { IDENTITY_SIZE, RECORD_SIZE, record } from './layout.ts';
import { createNatView } from './nat.ts';
import { createPairs } from './pairs.ts';
import { ONLY_TURNS } from './requests.ts';
import { endOf, mapped, recordOf, ringOf, type Values, viewOf } from './testing/records.ts';
import { flowsOfRing } from './testing/ring.ts';
import { createTracker } from './tracker.ts';

const SECOND = 1_000_000_000;

const CONNECTION: Values = {
  cookie: 4711,
  opened_ns: 100 * SECOND,
  established_ns: 100 * SECOND + 3_000_000,
  cgroup_id: 25,
  local: mapped('10.1.0.2'),
  remote: mapped('10.96.0.1'),
  local_port: 40_000,
  remote_port: 80,
  asked: mapped('10.96.0.1'),
  asked_port: 80,
  netns: 99,
  isn_local: 11,
  isn_remote: 22,
  pid: 1234,
  uid: 33,
  role: 1,
  ready: 1,
  comm: 'shop',
  min_rtt_us: 0xffff_ffff,
  owned: 1,
  has_asked: 1,
};

function tracking(latencies = new Map<string, Uint8Array>()) {
  const pairs = createPairs();
  const nat = createNatView();
  const tracker = createTracker({
    boot: 'b',
    netnsName: () => null,
    nat,
    pairs,
    drops: NO_DROPS,
    requests: ONLY_TURNS,
    clock: { now: () => 0, micros: (ns) => Math.floor(ns / 1000), adjust: () => {} },
    latencies: { client: mapOf(latencies), server: mapOf(new Map()) },
    ownerOf: ({ pid, process, uid, cgroupId }) => ({
      pid,
      process,
      uid,
      cgroupId: String(cgroupId),
      cgroup: '/pod',
    }),
  });
  return { tracker, pairs, nat, latencies };
}

const mapOf = (entries: Map<string, Uint8Array>) => ({
  lookup: (key: Uint8Array) => entries.get(Buffer.from(key).toString('hex')) ?? null,
  delete: (key: Uint8Array) => entries.delete(Buffer.from(key).toString('hex')),
});

const open = (values: Values) => recordOf({ ...values, event: 1 }).slice(0, IDENTITY_SIZE);

test('a short connection is one flow with everything in it', () => {
  const { tracker } = tracking();
  tracker.swept(100_000_000);
  const bytes = ringOf([
    open(CONNECTION),
    endOf({
      ...CONNECTION,
      ended_ns: 100 * SECOND + 9_000_000,
      bytes_sent: 120,
      bytes_received: 5_000_000_000,
      segments_sent: 6,
      segments_received: 5,
      srtt_us: 250,
      min_rtt_us: 100,
      requests: 1,
      failed: 1,
      samples: 1,
      first_latency_us: 777,
      status: [503],
      status_count: [1],
      protocol: 1,
      last_state: 5,
    }),
  ]);
  const [ended, ...rest] = flowsOfRing(tracker, bytes, () => {});
  expect(rest).toEqual([]);
  expect(ended!.increment).toEqual({
    boot: 'b',
    netns: 99,
    cookie: '4711',
    netnsName: null,
    role: 'client',
    transport: 'tcp',
    protocol: 'http',
    local: { ip: '10.1.0.2', port: 40_000 },
    remote: { ip: '10.96.0.1', port: 80 },
    asked: { ip: '10.96.0.1', port: 80 },
    peer: { ip: '10.96.0.1', port: 80 },
    nat: 'none',
    isn: { client: 11, server: 22 },
    owner: { pid: 1234, process: 'shop', uid: 33, cgroupId: '25', cgroup: '/pod' },
    from: 100_000_000,
    to: 100_009_000,
    preexisting: false,
    opened: 1,
    closed: 1,
    failure: null,
    resetBy: null,
    connectMicros: 3000,
    durationMicros: 9000,
    bytesSent: 120,
    bytesReceived: 5_000_000_000,
    segmentsSent: 6,
    segmentsReceived: 5,
    retransmits: 0,
    zeroWindows: 0,
    drops: [],
    rttMicros: 250,
    minRttMicros: 100,
    basis: 'turns',
    requests: 1,
    failedRequests: 1,
    statuses: [[503, 1]],
    untimed: 0,
    operations: [],
    latency: { buckets: [bucketOf(777)], counts: [1] },
    wait: { buckets: [], counts: [] },
    service: { buckets: [], counts: [] },
    network: { buckets: [], counts: [] },
  });
  expect(ended!.whole).toEqual(ended!.increment);
  expect(tracker.size).toBe(0);
});

test('both ends know each other whichever comes first in a batch', () => {
  const { tracker } = tracking();
  const server: Values = {
    ...CONNECTION,
    cookie: 4712,
    role: 2,
    local: mapped('10.2.0.7'),
    local_port: 8080,
    remote: mapped('192.168.0.1'),
    remote_port: 12_345,
    isn_local: 22,
    isn_remote: 11,
  };
  const bytes = ringOf([open(CONNECTION), endOf({ ...CONNECTION, ended_ns: 101 * SECOND }), open(server)]);
  const [ended] = flowsOfRing(tracker, bytes, () => {});
  expect(ended!.increment).toMatchObject({ peer: { ip: '10.2.0.7', port: 8080 }, nat: 'peer' });
  const [other] = flowsOfRing(tracker, ringOf([endOf({ ...server, ended_ns: 101 * SECOND })]), () => {});
  expect(other!.increment).toMatchObject({
    peer: { ip: '10.1.0.2', port: 40_000 },
    nat: 'peer',
    asked: null,
  });
});

test('translations that arrive with the batch are used, and name their source', () => {
  const { tracker, nat } = tracking();
  const original = { source: { ip: '10.1.0.2', port: 40_000 }, destination: { ip: '10.96.0.1', port: 80 } };
  const reply = { source: { ip: '10.2.0.7', port: 8080 }, destination: { ip: '10.1.0.2', port: 40_000 } };
  const [ended] = flowsOfRing(tracker, ringOf([endOf({ ...CONNECTION, ended_ns: 101 * SECOND })]), () =>
    nat.add('n1', 0, { original, reply }),
  );
  expect(ended!.increment).toMatchObject({ peer: reply.source, nat: 'conntrack' });
  const rewritten = {
    ...CONNECTION,
    cookie: 5,
    local_port: 40_001,
    remote: mapped('10.2.0.7'),
    remote_port: 8080,
  };
  const [other] = flowsOfRing(tracker, ringOf([endOf({ ...rewritten, ended_ns: 101 * SECOND })]), () => {});
  expect(other!.increment).toMatchObject({
    asked: { ip: '10.96.0.1', port: 80 },
    peer: { ip: '10.2.0.7', port: 8080 },
    nat: 'connect',
  });
});

test('increments of a live connection add up to its whole', () => {
  const step = fc.record({
    bytes_sent: fc.nat(2 ** 31),
    bytes_received: fc.nat(2 ** 31),
    segments_sent: fc.nat(2 ** 30),
    segments_received: fc.nat(2 ** 30),
    retransmits: fc.nat(1000),
    latencies: fc.array(fc.nat(10 ** 7), { maxLength: 5 }),
    failures: fc.array(fc.constantFrom(500, 502, 503), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
      const { tracker, latencies } = tracking();
      const state = {
        bytes_sent: 0,
        bytes_received: 0,
        segments_sent: 0,
        segments_received: 0,
        retransmits: 0,
      };
      const samples: number[] = [];
      const failures = new Map<number, number>();
      const flows: Flow[] = [];
      let values: Values = {};
      steps.forEach((change, second) => {
        for (const field of Object.keys(state) as (keyof typeof state)[]) state[field] += change[field];
        samples.push(...change.latencies);
        for (const status of change.failures) failures.set(status, (failures.get(status) ?? 0) + 1);
        latencies.set(...tableOf(CONNECTION, samples.slice(1)));
        values = {
          ...CONNECTION,
          ...state,
          segments_sent: state.segments_sent % 2 ** 32,
          segments_received: state.segments_received % 2 ** 32,
          requests: samples.length,
          samples: samples.length,
          first_latency_us: samples[0] ?? 0,
          failed: [...failures.values()].reduce((a, b) => a + b, 0),
          status: [...failures.keys()],
          status_count: [...failures.values()],
        };
        const { view, live } = sortSweep(recordOf(values), 1, 0);
        for (const base of live) tracker.meet(view, base);
        for (const base of live) {
          const flow = tracker.live(view, base, (101 + second) * 1_000_000);
          if (flow !== null) flows.push(flow);
        }
        expect(tracker.live(view, 0, (101 + second) * 1_000_000)).toBeNull();
        tracker.swept((101 + second) * 1_000_000);
      });
      const [ended] = flowsOfRing(
        tracker,
        ringOf([endOf({ ...values, ended_ns: 200 * SECOND, last_state: 5 })]),
        () => {},
      );
      const all = [...flows, ended!.increment];
      const sum = (
        field:
          | 'bytesSent'
          | 'bytesReceived'
          | 'retransmits'
          | 'requests'
          | 'failedRequests'
          | 'opened'
          | 'closed',
      ) => all.reduce((so, flow) => so + flow[field], 0);
      expect(sum('bytesSent')).toBe(state.bytes_sent);
      expect(sum('bytesReceived')).toBe(state.bytes_received);
      expect(sum('retransmits')).toBe(state.retransmits);
      expect(sum('requests')).toBe(samples.length);
      expect([sum('opened'), sum('closed')]).toEqual([1, 1]);
      expect(merge(...all.map(({ latency }) => latency))).toEqual(ended!.whole.latency);
      expect(total(ended!.whole.latency)).toBe(samples.length);
      for (const [status, count] of failures) {
        const seen = all.flatMap(({ statuses }) => statuses).filter(([known]) => known === status);
        expect(seen.reduce((so, [, more]) => so + more, 0)).toBe(count);
      }
      expect(latencies.size).toBe(samples.length > 1 ? 0 : 1);
    }),
    { numRuns: 60 },
  );
});

test('a connection that never opened says why and nothing else', () => {
  const { tracker } = tracking();
  const bytes = ringOf([
    endOf({
      ...CONNECTION,
      established_ns: 0,
      ended_ns: 101 * SECOND,
      error: 111,
      last_state: 2,
      retransmits: 2,
    }),
  ]);
  const [ended] = flowsOfRing(tracker, bytes, () => {});
  expect(ended!.increment).toMatchObject({
    opened: 0,
    closed: 0,
    failure: 'refused',
    isn: null,
    connectMicros: null,
    retransmits: 2,
  });
});

test('one that is still being opened is not reported yet', () => {
  const { tracker } = tracking();
  const view = viewOf(recordOf({ ...CONNECTION, established_ns: 0 }));
  tracker.meet(view, 0);
  expect(tracker.live(view, 0, 101_000_000)).toBeNull();
  expect(tracker.size).toBe(0);
});

test('the owner of a server is learned when it first touches its socket', () => {
  const { tracker } = tracking();
  const view = viewOf(recordOf({ ...CONNECTION, role: 2, pid: 0, comm: '' }));
  tracker.meet(view, 0);
  expect(tracker.live(view, 0, 101_000_000)).toMatchObject({ owner: null, opened: 1 });
  const later = viewOf(recordOf({ ...CONNECTION, role: 2, bytes_received: 5 }));
  expect(tracker.live(later, 0, 102_000_000)).toMatchObject({
    owner: { pid: 1234, process: 'shop' },
    opened: 0,
  });
});

test('a sweep takes what only the map has, and leaves what the ring is being given', () => {
  const values = new Uint8Array(3 * RECORD_SIZE);
  for (const [slot, delivery] of [0, 1, 2].entries()) {
    recordOf(
      { ...CONNECTION, cookie: slot, delivery },
      values.subarray(slot * RECORD_SIZE, (slot + 1) * RECORD_SIZE),
    );
  }
  const { view, live, ended } = sortSweep(values, 3, 0);
  expect(live.map((base) => record.cookie(view, base))).toEqual([0]);
  expect(ended.map((base) => record.cookie(view, base))).toEqual([2]);
});

test('an end that its socket keeps back is told by a sweep after a minute', () => {
  const values = recordOf({ ...CONNECTION, ended_ns: 200 * SECOND });
  expect(sortSweep(values, 1, 230 * SECOND)).toMatchObject({ live: [0], ended: [] });
  expect(sortSweep(values, 1, 261 * SECOND)).toMatchObject({ live: [], ended: [0] });
});

test('bytes that are no records are left alone', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      const { tracker } = tracking();
      for (const { increment } of flowsOfRing(tracker, bytes, () => {}))
        expect(increment.from).toBeLessThanOrEqual(increment.to);
    }),
  );
});

/** Key and value of the map of latencies. */
function tableOf(values: Values, samples: readonly number[]): [string, Uint8Array] {
  const key = recordOf(values).slice(0, 16);
  const table = new Uint8Array(4 * BUCKETS);
  const view = viewOf(table);
  for (const sample of samples) {
    const at = 4 * bucketOf(sample);
    view.setUint32(at, view.getUint32(at, true) + 1, true);
  }
  return [Buffer.from(key).toString('hex'), table];
}
