import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import type { Flow } from '../flow.ts';
import { type Observed, observe } from './testing/observe.ts';
import {
  BLACK_HOLE_PORT,
  createOperations,
  type Deed,
  LOSSY_PORT,
  type Operations,
  UNREACHABLE_PORT,
} from './testing/operations.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'iptables', 'gcc'] as const;

beforeEach((context) => needs(context, ...NEEDS));

let operations: Operations;
let observed: Observed;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  operations = createOperations();
  observed = await observe({ netns: [operations.netns] });
});

afterAll(async () => {
  await observed?.probe.stop();
  operations?.close();
});

/** Both ends of one connection, and what was really done with it. */
interface Seen {
  readonly deed: Deed;
  readonly mine: Flow;
  readonly theirs: Flow | null;
}

/** Runs a case under the probe's eyes and finds both ends of each of its connections, and nothing else. */
async function run(name: string, port?: number): Promise<readonly Seen[]> {
  const before = observed.ended.length;
  const deeds = await operations.begin(name, port).deeds;
  return seenSince(observed, before, deeds);
}

async function seenSince(
  { ended, untilEnded }: Observed,
  before: number,
  deeds: readonly Deed[],
): Promise<readonly Seen[]> {
  const expected = deeds.reduce((so, { server }) => so + (server === 0 ? 1 : 2), 0);
  await untilEnded(before + expected);
  const flows = ended.slice(before);
  expect(flows).toHaveLength(expected);
  return deeds.map((deed) => {
    const mine = flows.find(({ role, local }) => role === 'client' && local.port === deed.port)!;
    const theirs = flows.find(({ role, remote }) => role === 'server' && remote.port === deed.port);
    expect(mine).toBeDefined();
    expect(theirs === undefined).toBe(deed.server === 0);
    return { deed, mine, theirs: theirs ?? null };
  });
}

const WELL = { opened: 1, closed: 1, failure: null, resetBy: null } as const;

/** Owner, bytes, state and the pair of sequence numbers of both ends. */
function check({ deed, mine, theirs }: Seen, outcome: Partial<Flow> = WELL, theirOutcome = outcome): void {
  const { cgroup } = operations;
  expect(mine).toMatchObject({
    ...outcome,
    transport: 'tcp',
    preexisting: false,
    netnsName: operations.netns,
    owner: { pid: deed.client, process: 'flt-client', cgroup },
    bytesSent: deed.sent,
    bytesReceived: deed.answered,
    nat: 'none',
    peer: mine.remote,
    asked: mine.remote,
  });
  expect(theirs).toMatchObject({
    ...theirOutcome,
    transport: 'tcp',
    preexisting: false,
    netnsName: operations.netns,
    owner: { pid: deed.server, process: 'flt-server', cgroup },
    bytesSent: deed.answered,
    bytesReceived: deed.sent,
    local: mine.remote,
    remote: mine.local,
    peer: mine.local,
    asked: null,
    isn: mine.isn,
  });
  expect(mine.isn).not.toBeNull();
  expect(mine.durationMicros).toBeGreaterThan(0);
}

test.each([
  ['ipv4', '127.0.0.1'],
  ['ipv6', '::1'],
  ['mapped', '127.0.0.1'],
])('%s', async (name, ip) => {
  const [seen] = await run(name);
  check(seen!);
  expect([seen!.mine.local.ip, seen!.mine.remote.ip]).toEqual([ip, ip]);
  expect([seen!.mine.requests, seen!.theirs?.requests]).toEqual([1, 1]);
});

/** Cases that end well whatever way they take. */
test.each(['silent', 'nonblocking', 'half-closed-by-client', 'half-closed-by-server', 'left-open'])(
  '%s',
  async (name) => {
    for (const seen of await run(name)) check(seen);
  },
);

test.each(['passed', 'inherited'])('%s: an end belongs to who connected, or first used it', async (name) => {
  for (const seen of await run(name)) check(seen);
});

test('several processes behind one port', async () => {
  const all = await run('reuse-port', 7004);
  for (const seen of all) check(seen);
  expect(all).toHaveLength(12);
});

test.each(['fast-open', 'fast-open-connect'])('%s', async (name) => {
  const all = await run(name);
  expect(all).toHaveLength(2);
  for (const seen of all) check(seen);
});

test('one socket, two connections', async () => {
  const [first, second] = await run('again');
  check(first!, { opened: 1, closed: 1, failure: 'reset', resetBy: 'client' });
  check(second!);
  expect(first!.mine.cookie).toBe(second!.mine.cookie);
});

test.each([
  ['reset-by-client', 'client'],
  ['reset-before-read', 'client'],
  ['reset-by-server', 'server'],
  ['reset-unread', 'server'],
  ['unaccepted', 'server'],
] as const)('%s', async (name, resetBy) => {
  const [seen] = await run(name);
  check(seen!, { opened: 1, closed: 1, failure: 'reset', resetBy });
});

test.each([
  ['refused', 0, 'refused'],
  ['unreachable', UNREACHABLE_PORT, 'unreachable'],
  ['timed-out', BLACK_HOLE_PORT, 'timeout'],
] as const)('%s', async (name, port, failure) => {
  const [seen] = await run(name, port);
  expect(seen!.mine).toMatchObject({
    ...{ opened: 0, closed: 0, failure, resetBy: null, isn: null, connectMicros: null },
    ...{ bytesSent: 0, bytesReceived: 0, requests: 0 },
    owner: { pid: seen!.deed.client, process: 'flt-client', cgroup: operations.cgroup },
    local: { ip: '127.0.0.1', port: seen!.deed.port },
  });
});

test('a connection whose packets are lost', async () => {
  const [{ deed, mine, theirs }] = (await run('stalled', LOSSY_PORT)) as [Seen];
  expect(mine).toMatchObject({
    ...{ opened: 1, closed: 1, failure: 'timeout', resetBy: null },
    ...{ bytesSent: deed.sent, bytesReceived: 0, requests: 1, failedRequests: 1 },
  });
  expect(mine.retransmits).toBeGreaterThan(0);
  expect(theirs).toMatchObject({ opened: 1, closed: 1, bytesReceived: 0, bytesSent: 0, requests: 0 });
});

test('a connection older than the probe', async () => {
  const doing = operations.begin('older');
  expect(await doing.said()).toBe('open');
  const later = await observe({ netns: [operations.netns] });
  try {
    doing.goOn();
    const [{ deed, mine, theirs }] = (await seenSince(later, 0, await doing.deeds)) as [Seen];
    const older = { preexisting: true, opened: 0, closed: 1, failure: null, asked: null, requests: 1 };
    const { cgroup } = operations;
    expect(mine).toMatchObject({
      ...older,
      owner: { pid: deed.client, process: 'flt-client', cgroup },
      bytesSent: deed.sent,
      bytesReceived: deed.answered,
    });
    expect(theirs).toMatchObject({
      ...older,
      owner: { pid: deed.server, process: 'flt-server', cgroup },
      bytesSent: deed.answered,
      bytesReceived: deed.sent,
      isn: mine.isn,
    });
  } finally {
    await later.probe.stop();
  }
});

test('nothing was lost', async () => {
  await observed.probe.stop();
  const { sockets, lost } = observed.probe.counters();
  expect([sockets, lost]).toEqual([observed.ended.length, 0]);
});
