import { expect, test } from 'vitest';
import { summaryOf } from './measure.ts';

const series = (seconds: number, rss: (second: number) => number) =>
  Array.from({ length: seconds / 5 + 1 }, (_, i) => ({
    second: 5 * i,
    rssMiB: rss(5 * i),
    anonymousMiB: 0,
    proportionalMiB: 0,
  }));

test('growth is told from the second minute on', () => {
  const flat = summaryOf(series(300, (second) => Math.min(100, 40 + second)));
  expect(flat).toMatchObject({ lastMinuteMiB: 100, maxMiB: 100 });
  expect(flat.mibPerMinute).toBeCloseTo(0);
  expect(flat.firstMinuteMiB).toBeLessThan(100);
  expect(summaryOf(series(300, (second) => 40 + second / 60)).mibPerMinute).toBeCloseTo(1);
});

test('a short run has no slope', () => {
  expect(summaryOf(series(60, () => 50))).toMatchObject({ mibPerMinute: null, lastMinuteMiB: 50 });
});
