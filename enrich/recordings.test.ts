import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { flowOf } from './fixtures.ts';
import { type Change, type Endpoint, type Kind, Names } from './index.ts';

/**
 * Replays real answers of a real API server (three nodes, two public demo shops, 200 s in which addresses are reused, pods
 * move, nodes are relabelled) and compares every name with the table of who really had which address.
 */
const folder =
  process.env.FAULTLINE_RECORDINGS ??
  resolve(fileURLToPath(new URL('../../shared/kubernetes', import.meta.url)));
const missing = existsSync(join(folder, 'ip_intervals.json')) ? null : `no recordings in ${folder}`;

const KINDS: readonly (readonly [Kind, string])[] = [
  ['Deployment', 'deployments'],
  ['ReplicaSet', 'replicasets'],
  ['StatefulSet', 'statefulsets'],
  ['DaemonSet', 'daemonsets'],
  ['Job', 'jobs'],
  ['Node', 'nodes'],
  ['Pod', 'pods'],
  ['Service', 'services'],
  ['EndpointSlice', 'endpointslices'],
];

interface Interval {
  readonly from: string;
  readonly to: string | null;
  readonly podUid: string;
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly zone: string;
  readonly ownerKind: string | null;
  readonly ownerName: string | null;
  readonly image: string;
  readonly version: string | null;
  readonly hostNetwork: boolean;
  readonly openStart: boolean;
  readonly splitFrom?: string;
}

const names = new Names();
let changes: readonly Change[] = [];
let intervals: Readonly<Record<string, readonly Interval[]>> = {};
let end = 0;

/** Microseconds of an ISO time with microseconds. */
function micros(time: string): number {
  const fraction = /\.(\d+)Z$/.exec(time)?.[1] ?? '0';
  return Math.floor(Date.parse(time) / 1000) * 1_000_000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

function read(name: string): string {
  const plain = join(folder, name);
  if (existsSync(plain)) return readFileSync(plain, 'utf8');
  return gunzipSync(readFileSync(`${plain}.gz`)).toString('utf8');
}

beforeAll(() => {
  if (missing !== null) return;
  const table = JSON.parse(read('ip_intervals.json'));
  intervals = table.ips;
  const start = micros(table.meta.recordingFrom);
  end = micros(table.meta.recordingTo);
  const events: { readonly at: number; readonly type: string; readonly object: unknown }[] = [];
  for (const [kind, plural] of KINDS) {
    names.replace(kind, JSON.parse(read(`episode/start_${plural}.json`)).items, start);
    const times = JSON.parse(read(`episode/watch_${plural}.times.json`)) as readonly {
      readonly at: string;
    }[];
    const lines = read(`episode/watch_${plural}.ndjson`).split('\n').filter(Boolean);
    for (const [i, line] of lines.entries()) events.push({ at: micros(times[i]!.at), ...JSON.parse(line) });
  }
  events.sort((a, b) => a.at - b.at);
  for (const { type, object, at } of events) {
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') names.apply({ type, object, at });
  }
  changes = names.takeChanges();
});

const remoteAt = (ip: string, to: number, port = 8080): Endpoint =>
  names.name(flowOf({ peer: { ip, port }, to, durationMicros: 1 })).remote;

/** Times inside an interval: its first and last microsecond and some between. */
function* inside({ from, to }: Interval): Generator<number> {
  const first = micros(from);
  const last = to === null ? end : micros(to) - 1;
  // A flow has an age of 1 µs here, so that its connection was opened inside the interval too.
  for (const share of [0, 0.1, 0.37, 0.5, 0.73, 0.9, 1])
    yield Math.max(first + 1, Math.round(first + (last - first) * share));
}

test('every pod address is named as the table has it, at every time it was held', (context) => {
  if (missing !== null) context.skip(missing);
  let right = 0;
  for (const [ip, held] of Object.entries(intervals)) {
    for (const interval of held.filter(({ hostNetwork }) => !hostNetwork)) {
      for (const time of inside(interval)) {
        const { resolution, tags } = remoteAt(ip, time);
        expect([resolution, tags.pod, tags.namespace], `${ip} at ${time}`).toEqual([
          'pod-ip',
          interval.name,
          interval.namespace,
        ]);
        expect(tags).toMatchObject({
          node: interval.node,
          zone: interval.zone,
          workload: interval.ownerName ?? interval.name,
          kind: interval.ownerKind ?? 'Pod',
          image: interval.image,
          version: interval.version ?? interval.image.split(':').at(-1),
        });
        right += 1;
      }
    }
  }
  expect(right).toBeGreaterThan(300);
});

test('nobody is named where nobody held the address', (context) => {
  if (missing !== null) context.skip(missing);
  let gaps = 0;
  for (const [ip, held] of Object.entries(intervals)) {
    if (held.some(({ hostNetwork }) => hostNetwork)) continue;
    for (const [i, { to }] of held.entries()) {
      const next = held[i + 1];
      if (to === null || next?.from === to) continue;
      const until = next === undefined ? end : micros(next.from);
      const middle = Math.round((micros(to) + until) / 2);
      expect(remoteAt(ip, middle), `${ip} at ${middle}`).toMatchObject({
        resolution: 'unresolved',
        tags: { address: ip },
      });
      gaps += 1;
    }
  }
  expect(gaps).toBeGreaterThan(3);
});

test('an address of a node is never guessed to be one of several pods', (context) => {
  if (missing !== null) context.skip(missing);
  for (const ip of ['10.9.0.1', '10.9.0.2']) {
    const { resolution, candidates, tags } = remoteAt(ip, end - 1, 45_678);
    expect(resolution).toBe('node');
    expect(tags.pod).toBeUndefined();
    expect(candidates).toHaveLength(2);
  }
  const exporter = remoteAt('10.9.0.1', end - 1, 9100);
  expect(exporter.tags.workload).toBe('node-exporter');
});

test('the episode is told in changes', (context) => {
  if (missing !== null) context.skip(missing);
  const of = (kind: Change['kind']) => changes.filter((change) => change.kind === kind);
  expect(of('rollout')).toMatchObject([
    { namespace: 'shop', subject: 'paymentservice', what: 'v0.10.6 → v0.10.7', tags: { version: 'v0.10.7' } },
  ]);
  expect(of('scaling').map(({ subject, what }) => `${subject}: ${what}`)).toContain(
    'frontend: 3 → 1 replicas',
  );
  expect(of('pod moved').map(({ what }) => what)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^emailservice-.* on n2 → emailservice-.* on n1$/)]),
  );
  expect(of('endpoints').map(({ subject, what }) => `${subject}: ${what}`)).toContain(
    'reviews: selector app=reviews → app=reviews,version=v3',
  );
  expect(of('node').map(({ subject, what }) => `${subject}: ${what}`)).toEqual(
    expect.arrayContaining(['n1: cordoned', 'n1: uncordoned', expect.stringContaining('eu-1b → eu-1c')]),
  );
  expect(of('restart')).toHaveLength(1);
});
