import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Flow, Operation } from '../flow.ts';
import { EMPTY, histogramOf, merge, total } from '../histogram.ts';
import { type Account, NO_REQUESTS } from './accounts.ts';
import type { Report } from './conversation.ts';
import { NO_DROPS } from './drops.ts';
import { createNatView } from './nat.ts';
import { createPairs } from './pairs.ts';
import { ONLY_TURNS, type RequestSources } from './requests.ts';
import { endOf, mapped, recordOf, ringOf, type Values, viewOf } from './testing/records.ts';
import { flowsOfRing } from './testing/ring.ts';
import { createTracker } from './tracker.ts';

const SECOND = 1_000_000_000;
const SOCKET: Values = {
  cookie: 1,
  opened_ns: SECOND,
  established_ns: SECOND,
  local: mapped('10.0.0.1'),
  remote: mapped('10.0.0.2'),
  local_port: 40_000,
  remote_port: 80,
  isn_local: 1,
  isn_remote: 2,
  role: 1,
  ready: 1,
};

const NO_TABLE = { lookup: () => null, delete: () => true };
const NO_TABLES = { client: NO_TABLE, server: NO_TABLE };

/** One slice: what the kernel counted in it, what the conversation says of it, and what was matched. */
const account = fc
  .record({
    micros: fc.array(fc.nat(100_000), { maxLength: 4 }),
    failed: fc.nat(2),
    untimed: fc.nat(2),
    name: fc.constantFrom('a', 'b', 'c'),
  })
  .map(({ micros, failed, untimed, name }): Account => {
    const latency = histogramOf(micros);
    const requests = micros.length + untimed;
    const statuses = failed > 0 ? [[500, failed] as const] : [];
    const operation: Operation = { name, requests, failed, statuses, latency };
    return {
      ...NO_REQUESTS,
      requests,
      failedRequests: failed,
      statuses,
      untimed,
      latency,
      operations: requests === 0 ? [] : [operation],
    };
  });
const slice = fc.record({
  turns: fc.nat(4),
  failed: fc.nat(1),
  report: fc.oneof(
    fc.constant(null),
    fc.record({ clean: fc.boolean(), account }).map((said): Report => ({ ...said, protocol: 'http' })),
  ),
  network: fc.oneof(
    fc.constant(EMPTY),
    fc.array(fc.nat(1000), { minLength: 1, maxLength: 3 }).map((micros) => histogramOf(micros)),
  ),
});

test('whatever the slices were told from, they add up to the whole', () => {
  fc.assert(
    fc.property(fc.array(slice, { minLength: 1, maxLength: 10 }), (slices) => {
      let at = 0;
      const now = () => slices[at]!;
      const requests: RequestSources = {
        ...ONLY_TURNS,
        conversations: {
          isDirty: () => true,
          report: () => now().report,
          finish: () => now().report,
          cutNs: 0,
        },
        network: { offer: () => {}, has: () => true, take: () => now().network },
      };
      const tracker = createTracker({
        boot: 'b',
        netnsName: () => null,
        nat: createNatView(),
        drops: NO_DROPS,
        pairs: createPairs(),
        requests,
        clock: { now: () => 0, micros: (ns) => Math.floor(ns / 1000), adjust: () => {} },
        latencies: NO_TABLES,
        ownerOf: () => ({ pid: 1, process: 'p', uid: 0, cgroupId: '', cgroup: '' }),
      });
      const flows: Flow[] = [];
      let turns = 0;
      let failed = 0;
      for (at = 0; at < slices.length - 1; at++) {
        turns += now().turns;
        failed += now().failed;
        const view = viewOf(
          recordOf({ ...SOCKET, requests: turns, failed, status: [503], status_count: [failed] }),
        );
        tracker.meet(view, 0);
        flows.push(tracker.live(view, 0, (2 + at) * 1_000_000)!);
        tracker.swept((2 + at) * 1_000_000);
      }
      turns += now().turns;
      failed += now().failed;
      const [ended] = flowsOfRing(
        tracker,
        ringOf([
          endOf({
            ...SOCKET,
            ended_ns: 60 * SECOND,
            requests: turns,
            failed,
            status: [503],
            status_count: [failed],
          }),
        ]),
        () => {},
      );
      flows.push(ended!.increment);
      const { whole } = ended!;

      const add = (of: (flow: Flow) => number) => flows.reduce((sum, flow) => sum + of(flow), 0);
      expect(whole.requests).toBe(add((flow) => flow.requests));
      expect(whole.failedRequests).toBe(add((flow) => flow.failedRequests));
      expect(whole.untimed).toBe(add((flow) => flow.untimed));
      expect(whole.latency).toEqual(merge(...flows.map(({ latency }) => latency)));
      expect(whole.network).toEqual(merge(...flows.map(({ network }) => network)));
      for (const status of [500, 503]) {
        const count = (flow: Flow) => flow.statuses.find(([known]) => known === status)?.[1] ?? 0;
        expect(count(whole)).toBe(add(count));
      }
      for (const name of ['a', 'b', 'c']) {
        const of = ({ operations }: Flow) => operations.find((operation) => operation.name === name);
        expect(of(whole)?.requests ?? 0).toBe(add((flow) => of(flow)?.requests ?? 0));
        expect(total(of(whole)?.latency ?? EMPTY)).toBe(add((flow) => total(of(flow)?.latency ?? EMPTY)));
      }

      /* And what they add up to is, slice by slice, one source with what the other adds to it about earlier slices. */
      for (const [i, flow] of flows.entries()) {
        const { report, turns: counted, network } = slices[i]!;
        const vouched = report?.clean === true;
        expect(flow.basis).toBe(vouched ? 'parsed' : 'turns');
        expect(flow.requests).toBe((vouched ? 0 : counted) + (report?.account.requests ?? 0));
        expect(flow.network).toEqual(network);
      }
      expect(whole.basis).toBe(flows.every(({ basis }) => basis === 'parsed') ? 'parsed' : 'turns');
      expect(whole.protocol).toBe(slices.some(({ report }) => report !== null) ? 'http' : 'tcp');
    }),
    { numRuns: 300 },
  );
});

test('where neither payload nor turns are counted a flow says so', () => {
  const tracker = createTracker({
    boot: 'b',
    netnsName: () => null,
    nat: createNatView(),
    drops: NO_DROPS,
    pairs: createPairs(),
    requests: { ...ONLY_TURNS, turnsCounted: () => false },
    clock: { now: () => 0, micros: (ns) => Math.floor(ns / 1000), adjust: () => {} },
    latencies: NO_TABLES,
    ownerOf: () => ({ pid: 1, process: 'p', uid: 0, cgroupId: '', cgroup: '' }),
  });
  const ring = ringOf([endOf({ ...SOCKET, ended_ns: 2 * SECOND })]);
  const [ended] = flowsOfRing(tracker, ring, () => {});
  expect(ended!.increment).toMatchObject({ basis: 'connection', requests: 0 });
  expect(ended!.whole.basis).toBe('connection');
});
