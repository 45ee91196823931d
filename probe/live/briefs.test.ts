import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Flow } from '../flow.ts';
import { total } from '../histogram.ts';
import { meetRing } from './batch.ts';
import { WORD } from './brief-words.ts';
import { createBriefs, NO_BRIEFS } from './briefs.ts';
import { NO_DROPS } from './drops.ts';
import { ENDED_SIZE, record } from './layout.ts';
import { createNatView } from './nat.ts';
import { createNetworkTime } from './network-time.ts';
import { createPairs } from './pairs.ts';
import { endOf, mapped, recordOf, ringOf, type Values, viewOf } from './testing/records.ts';
import { createTracker } from './tracker.ts';

const SECOND = 1_000_000_000;
const BEGIN = 100 * SECOND;

/** One connection; `failed`, `lone` and `busy` ones cannot be told together with others. */
interface Connection {
  readonly client: number;
  readonly server: number;
  readonly second: number;
  readonly bytes: number;
  readonly latency: number;
  readonly kind: 'plain' | 'failed' | 'reset' | 'lone' | 'busy' | 'silent';
}

const connections = fc.array(
  fc.record<Connection>({
    client: fc.integer({ min: 1, max: 3 }),
    server: fc.integer({ min: 1, max: 3 }),
    second: fc.integer({ min: 0, max: 1 }),
    bytes: fc.integer({ min: 0, max: 2 ** 40 }),
    latency: fc.integer({ min: 10, max: 1_000_000 }),
    kind: fc.constantFrom('plain', 'plain', 'plain', 'failed', 'reset', 'lone', 'busy', 'silent'),
  }),
  { maxLength: 60 },
);

function endsOf(each: Connection, number: number): Uint8Array[] {
  const opened = BEGIN + each.second * SECOND + number * 1000;
  const requests = each.kind === 'silent' ? 0 : each.kind === 'busy' ? 2 : 1;
  const common: Values = {
    opened_ns: opened,
    established_ns: opened + 2000,
    ended_ns: opened + 5_000_000,
    ready: 1,
    owned: 1,
    requests,
    samples: Math.min(1, requests),
    samples_lost: requests > 1 ? 1 : 0,
    failed: each.kind === 'failed' ? 1 : 0,
    last_state: 9,
    srtt_us: 40,
    min_rtt_us: 30,
    uid: 0,
  };
  const clientAddress = `10.0.0.${each.client}`;
  const serverAddress = `10.0.1.${each.server}`;
  const client = endOf({
    ...common,
    cookie: 2 * number + 1,
    role: 1,
    pid: each.client,
    comm: 'caller',
    netns: 7,
    local: mapped(clientAddress),
    local_port: 40_000 + number,
    remote: mapped(serverAddress),
    remote_port: 80,
    asked: mapped(serverAddress),
    asked_port: 80,
    isn_local: 1000 + number,
    isn_remote: 5_000_000 + number,
    bytes_sent: each.bytes,
    bytes_received: 7,
    first_latency_us: each.latency,
    reset_by: each.kind === 'reset' ? 2 : 0,
  });
  const server = endOf({
    ...common,
    cookie: 2 * number + 2,
    role: 2,
    pid: 100 + each.server,
    comm: 'server',
    netns: 8,
    local: mapped(serverAddress),
    local_port: 80,
    remote: mapped(clientAddress),
    remote_port: 40_000 + number,
    isn_local: 5_000_000 + number,
    isn_remote: 1000 + number,
    bytes_sent: 7,
    bytes_received: each.bytes,
    first_latency_us: Math.floor(each.latency / 2),
    first_wait_us: 3,
    first_service_us: Math.floor(each.latency / 2) - 3,
  });
  return each.kind === 'lone' ? [server] : number % 2 === 0 ? [client, server] : [server, client];
}

function tell(all: readonly Connection[], together: boolean): readonly Flow[] {
  const pairs = createPairs();
  const network = createNetworkTime();
  const around = {
    boot: 'b',
    netnsName: () => null,
    nat: createNatView(),
    pairs,
    drops: NO_DROPS,
    clock: { now: () => 0, micros: (ns: number) => Math.floor(ns / 1000), adjust: () => {} },
    ownerOf: ({
      pid,
      process,
      uid,
      cgroupId,
    }: {
      pid: number;
      process: string;
      uid: number;
      cgroupId: number;
    }) => ({
      pid,
      process,
      uid,
      cgroupId: String(cgroupId),
      cgroup: '/pod',
    }),
  };
  const conversations = { isDirty: () => false, report: () => null, finish: () => null, cutNs: 0 };
  const none = { lookup: () => null, delete: () => true };
  const tracker = createTracker({
    ...around,
    latencies: { client: none, server: none },
    requests: { conversations, network, turnsCounted: () => true },
  });
  const briefs = together
    ? createBriefs({ ...around, network, isKnown: tracker.has, turnsCounted: () => true })
    : NO_BRIEFS;
  tracker.swept(BEGIN / 1000);
  const flows = meetRing(tracker, ringOf(all.flatMap(endsOf)), () => {}, briefs)();
  return [...flows.map(({ increment }) => increment), ...briefs.drain(BEGIN / 1000)];
}

/** Everything that adds up, by second, process and role. */
function books(flows: readonly Flow[]) {
  const rows = new Map<string, number[]>();
  for (const flow of flows) {
    const key = `${Math.floor(flow.to / 1e6)} ${flow.role} ${flow.owner?.pid} ${flow.local.ip} ${flow.remote.ip} ${flow.peer.ip} ${flow.nat} ${flow.failure} ${flow.resetBy}`;
    const row = rows.get(key) ?? Array(12).fill(0);
    const counts = [
      flow.opened,
      flow.closed,
      flow.bytesSent,
      flow.bytesReceived,
      flow.requests,
      flow.failedRequests,
      total(flow.latency),
      total(flow.wait),
      total(flow.service),
      total(flow.network),
      flow.brief === undefined ? Number(flow.connectMicros !== null) : total(flow.brief.connect),
      flow.brief === undefined ? Number(flow.rttMicros !== null) : total(flow.brief.rtt),
    ];
    rows.set(
      key,
      row.map((value, i) => value + counts[i]!),
    );
  }
  return Object.fromEntries([...rows].sort());
}

test('told together or one by one, the books are the same', () => {
  fc.assert(
    fc.property(connections, (all) => {
      expect(books(tell(all, true))).toEqual(books(tell(all, false)));
    }),
  );
});

test('plain connections between the same processes in the same second are two flows, however many', () => {
  const one: Connection = { client: 1, server: 1, second: 0, bytes: 5, latency: 100, kind: 'plain' };
  const flows = tell([...Array(500).fill(one), { ...one, server: 2 }, { ...one, second: 1 }], true);
  expect(flows.map(({ role, opened, brief }) => [role, opened, brief?.connections])).toEqual([
    ['client', 500, 500],
    ['server', 500, 500],
    ['client', 1, 1],
    ['server', 1, 1],
    ['client', 1, 1],
    ['server', 1, 1],
  ]);
  const [client, server] = flows;
  expect(client!.brief!.pair).toBe(server!.brief!.pair);
  expect(client).toMatchObject({
    local: { ip: '10.0.0.1', port: 0 },
    remote: { ip: '10.0.1.1', port: 80 },
    peer: { ip: '10.0.1.1', port: 80 },
    nat: 'none',
    owner: { pid: 1, process: 'caller' },
    durationMicros: 5000,
    bytesSent: 2500,
  });
  expect(server).toMatchObject({ local: { ip: '10.0.1.1', port: 80 }, remote: { ip: '10.0.0.1', port: 0 } });
});

test('words and layout name the same bytes', () => {
  const fields = {
    netns: 'netns',
    isnLocal: 'isn_local',
    isnRemote: 'isn_remote',
    pid: 'pid',
    uid: 'uid',
  } as const;
  for (const [word, field] of Object.entries(fields)) {
    const bytes = recordOf({ [field]: 0x0102_0304 });
    expect(new Uint32Array(bytes.buffer)[WORD[word as keyof typeof fields]]).toBe(0x0102_0304);
  }
  const places = {
    requests: record.requests,
    failed: record.failed,
    samples: record.samples,
    samplesLost: record.samplesLost,
    latency: record.firstLatency,
    wait: record.firstWait,
    service: record.firstService,
    segmentsSent: record.segmentsSent,
    segmentsReceived: record.segmentsReceived,
    retransmits: record.retransmits,
    rtt: record.rttMicros,
    minRtt: record.minRttMicros,
    zeroWindows: record.zeroWindows,
    firstOffset: record.firstOffset,
    chunks: record.chunks,
  } as const;
  for (const [word, read] of Object.entries(places)) {
    const words = new Uint32Array(ENDED_SIZE / 4);
    words[WORD[word as keyof typeof places]] = 77;
    expect(read(viewOf(new Uint8Array(words.buffer)), 0)).toBe(77);
  }
});
