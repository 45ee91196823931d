import { expect, test } from 'vitest';
import { START } from './fixtures.ts';
import { openStore, WINDOW_MICROS } from './index.ts';

const at = (window: number) => START + window * WINDOW_MICROS;

async function reportedIn(windows: readonly number[], silent: readonly number[] = []) {
  const store = await openStore(':memory:');
  const row = (window: number, reporting: boolean) => ({
    window: at(window),
    node: 'n1',
    reporting,
    seen: 1,
    lost: 0,
    ends: 2,
    unresolved: 0,
    level: 0,
  });
  await store.addCoverage([...windows.map((w) => row(w, true)), ...silent.map((w) => row(w, false))]);
  return store;
}

test('a gap is a run of windows without a report between two reports', async () => {
  const store = await reportedIn([0, 1, 4, 5, 7]);
  expect(await store.gaps({ from: at(-5), to: at(20) })).toEqual([
    { from: at(2), to: at(4) },
    { from: at(6), to: at(7) },
  ]);
  await store.close();
});

test('only whole windows of the period count, wherever the reports around it are', async () => {
  const store = await reportedIn([0, 10]);
  expect(await store.gaps({ from: at(3) + 1, to: at(6) - 1 })).toEqual([{ from: at(4), to: at(5) }]);
  expect(await store.gaps({ from: at(12), to: at(14) })).toEqual([]);
  expect(await store.gaps({ from: at(-4), to: at(-2) })).toEqual([]);
  await store.close();
});

test('a row about a node nobody watches is no report', async () => {
  const store = await reportedIn([0, 3], [1, 2]);
  expect(await store.gaps({ from: at(0), to: at(4) })).toEqual([{ from: at(1), to: at(3) }]);
  await store.close();
});

test('coverage rows of one node and window add up', async () => {
  const store = await reportedIn([0]);
  await store.addCoverage([
    { window: at(0), node: 'n1', reporting: false, seen: 5, lost: 2, ends: 10, unresolved: 1, level: 0 },
    { window: at(0), node: 'n2', reporting: false, seen: 0, lost: 0, ends: 0, unresolved: 0, level: 0 },
  ]);
  expect(await store.coverage({ from: at(0), to: at(1) })).toEqual([
    { window: at(0), node: 'n1', reporting: true, seen: 6, lost: 2, ends: 12, unresolved: 1, level: 0 },
    { window: at(0), node: 'n2', reporting: false, seen: 0, lost: 0, ends: 0, unresolved: 0, level: 0 },
  ]);
  await store.close();
});
