import { expect, test } from 'vitest';
import { createDrops } from './drops.ts';
import { DROP_KEY_SIZE, DROP_SIZE, SOCKET_DROP_KEY_SIZE } from './drops-layout.ts';
import { dropReasons } from './drops-reasons.ts';
import { fieldsOf, structureOf, type Values } from './testing/records.ts';

const REASONS = dropReasons({
  SKB_NOT_DROPPED_YET: 0,
  SKB_CONSUMED: 1,
  SKB_DROP_REASON_NOT_SPECIFIED: 2,
  SKB_DROP_REASON_NO_SOCKET: 3,
  SKB_DROP_REASON_NETFILTER_DROP: 12,
  SKB_DROP_REASON_QUEUE_PURGE: 104,
});
const [KEY, VALUE, SOCKET_KEY] = [
  fieldsOf('drops.h', 'drop_key'),
  fieldsOf('drops.h', 'drop'),
  fieldsOf('drops.h', 'socket_drop_key'),
];

test('reasons by the names and numbers of this kernel', () => {
  expect([...REASONS.ignored]).toEqual([0, 1, 2, 104, 0, 0, 0, 0]);
  expect([12, 99, 0x0003_0007].map(REASONS.nameOf)).toEqual([
    'NETFILTER_DROP',
    'REASON_99',
    'SUBSYSTEM_3_REASON_7',
  ]);
  expect([...dropReasons({}).ignored]).toEqual(Array(8).fill(0));
});

function setUp(table: readonly [Values, Values][] = []) {
  const waiting: [cookie: number, reason: number, count: number][] = [];
  let counted = 0;
  let sweeps = 0;
  const drops = createDrops({
    drops: {
      sweep: () => ({
        count: table.length,
        keys: Buffer.concat(table.map(([key]) => structureOf(KEY, key, new Uint8Array(DROP_KEY_SIZE)))),
        values: Buffer.concat(table.map(([, value]) => structureOf(VALUE, value, new Uint8Array(DROP_SIZE)))),
      }),
    },
    socketDrops: {
      sweepDelete() {
        sweeps++;
        const taken = waiting.splice(0);
        const keys = taken.map(([cookie, reason]) =>
          structureOf(SOCKET_KEY, { cookie, reason }, new Uint8Array(SOCKET_DROP_KEY_SIZE)),
        );
        return {
          count: taken.length,
          keys: Buffer.concat(keys),
          values: Buffer.from(new BigUint64Array(taken.map(([, , count]) => BigInt(count))).buffer),
        };
      },
    },
    reasons: REASONS,
    netnsName: (netns) => (netns === 1 ? 'pod' : null),
    counted: () => counted,
  });
  return {
    drops,
    count(cookie: number, reason: number, count: number) {
      waiting.push([cookie, reason, count]);
      counted += count;
    },
    sweeps: () => sweeps,
  };
}

test('drops of a socket: each told once, all of them at its end', () => {
  const { drops, count, sweeps } = setUp();
  count(5, 12, 2);
  count(6, 3, 1);
  drops.refresh(0);
  drops.refresh(0);
  expect(sweeps()).toBe(1);
  expect(drops.since(5)).toEqual([['NETFILTER_DROP', 2]]);
  expect(drops.since(5)).toEqual([]);
  count(5, 12, 1);
  count(5, 3, 4);
  drops.refresh(0);
  expect(drops.since(5)).toEqual([
    ['NETFILTER_DROP', 1],
    ['NO_SOCKET', 4],
  ]);
  expect(drops.total(5)).toEqual([
    ['NETFILTER_DROP', 3],
    ['NO_SOCKET', 4],
  ]);
  expect(drops.total(7)).toEqual([]);
});

test('sockets nobody asks for are forgotten', () => {
  const { drops, count } = setUp();
  count(5, 12, 2);
  drops.refresh(0);
  count(6, 12, 2);
  drops.refresh(100_000_000);
  drops.expire(130_000_000);
  expect(drops.size).toBe(1);
  expect(drops.since(6)).toEqual([['NETFILTER_DROP', 2]]);
});

test('all drops by device, the most frequent first; a device keeps its name for every reason', () => {
  const { drops } = setUp([
    [{ netns: 1, ifindex: 2, reason: 12 }, { count: 5 }],
    [
      { netns: 1, ifindex: 2, reason: 3 },
      { count: 7, device: 'eth0' },
    ],
    [{ netns: 2, ifindex: 9, reason: 3 }, { count: 1 }],
    [{ netns: 2, ifindex: 0, reason: 3 }, { count: 2 }],
  ]);
  expect(drops.table()).toEqual([
    { netns: 1, netnsName: 'pod', device: 'eth0', reason: 'NO_SOCKET', count: 7 },
    { netns: 1, netnsName: 'pod', device: 'eth0', reason: 'NETFILTER_DROP', count: 5 },
    { netns: 2, netnsName: null, device: null, reason: 'NO_SOCKET', count: 2 },
    { netns: 2, netnsName: null, device: 'if9', reason: 'NO_SOCKET', count: 1 },
  ]);
});
