import { expect, test } from 'vitest';
import { RECORD_SIZE } from './layout.ts';
import { recordOf, type Values, viewOf } from './testing/records.ts';
import { createUnseenEnds } from './unseen-ends.ts';

const SECOND = 1e9;

/** Sweeps once a second over sockets of which a process or a namespace still has some. */
function watch(sockets: readonly Values[]) {
  const records = sockets.map((values) => ({ ready: 1, netns: 1, ...values }) as Record<string, number>);
  const looked: string[] = [];
  const held = new Set<number>();
  const open = new Set<number>();
  let nowNs = 0;
  const find = (found: ReadonlySet<number>) => {
    for (const record of records) if (found.has(record.cookie!)) record.witnessed_ns = nowNs + 1;
  };
  const ends = createUnseenEnds({
    held() {
      looked.push('held');
      find(held);
    },
    open: () => (netns) => {
      looked.push(`open ${netns}`);
      find(open);
    },
  });
  return {
    held,
    open,
    looked,
    /** Cookies found gone in so many sweeps. */
    sweeps(count: number) {
      const gone: number[] = [];
      for (let i = 0; i < count; i++) {
        nowNs += SECOND;
        const bytes = new Uint8Array(records.length * RECORD_SIZE);
        records.forEach((values, at) => void recordOf(values, bytes.subarray(at * RECORD_SIZE)));
        const live = records.map((_, at) => at * RECORD_SIZE);
        for (const base of ends.among(viewOf(bytes), live, nowNs))
          gone.push(records[base / RECORD_SIZE]!.cookie!);
      }
      return gone;
    },
  };
}

test('a socket that neither a process nor its namespace has any more is gone', () => {
  const watched = watch([{ cookie: 1 }, { cookie: 2, netns: 2 }, { cookie: 3, netns: 3 }]);
  watched.held.add(1);
  watched.open.add(2);
  expect(watched.sweeps(10)).toEqual([3]);
  expect(new Set(watched.looked)).toEqual(new Set(['held', 'open 2', 'open 3']));
});

test('while processes hold all of them, no namespace is looked into', () => {
  const watched = watch([{ cookie: 1 }, { cookie: 2 }]);
  watched.held.add(1).add(2);
  expect(watched.sweeps(60)).toEqual([]);
  expect(watched.looked.length).toBeGreaterThan(3);
  expect(watched.looked.length).toBeLessThan(8);
  expect(new Set(watched.looked)).toEqual(new Set(['held']));
});

test('one that was missed once, opened meanwhile, or is closed and held is not gone', () => {
  const watched = watch([
    { cookie: 1 },
    { cookie: 2, opened_ns: 9 * SECOND },
    { cookie: 3, closed: 1 },
    { cookie: 4, ready: 0 },
  ]);
  expect(watched.sweeps(2)).toEqual([]);
  watched.open.add(1);
  expect(watched.sweeps(6)).toEqual([]);
});

test('where it cannot be looked, nothing is said to be gone', () => {
  const ends = createUnseenEnds({
    held() {
      throw new Error('EPERM');
    },
    open: () => () => {},
  });
  const view = viewOf(recordOf({ cookie: 1, ready: 1 }));
  for (let i = 1; i < 60; i++) expect(ends.among(view, [0], i * SECOND)).toEqual([]);
});
