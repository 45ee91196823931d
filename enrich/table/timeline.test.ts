import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Timeline } from './timeline.ts';

test('a state holds until the next one; before the first there is none', () => {
  const timeline = new Timeline<string>();
  expect([timeline.at(5), timeline.near(5), timeline.latest]).toEqual([undefined, undefined, undefined]);
  timeline.set('a', 10);
  timeline.set('b', 20);
  expect([9, 10, 19, 20, 99].map((time) => timeline.at(time))).toEqual([undefined, 'a', 'a', 'b', 'b']);
  expect(timeline.near(9)).toBe('a');
});

test('it answers like a plain list of states, also when the clock is set back', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer()), { maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.integer({ min: -1, max: 101 }), (states, time) => {
      const timeline = new Timeline<number>();
      const plain: { from: number; value: number }[] = [];
      for (const [at, value] of states) {
        timeline.set(value, at);
        const last = plain.at(-1);
        if (last !== undefined && last.from >= at) last.value = value;
        else plain.push({ from: at, value });
      }
      const expected = plain.findLast(({ from }) => from <= time)?.value;
      expect(timeline.at(time)).toBe(expected);
      expect(timeline.near(time)).toBe(expected ?? plain[0]?.value);
      expect(timeline.latest).toBe(plain.at(-1)?.value);
    }),
  );
});

test('it keeps a bounded past', () => {
  const timeline = new Timeline<number>();
  for (let i = 0; i < 1000; i++) timeline.set(i, i);
  expect(timeline.at(990)).toBe(990);
  expect(timeline.at(10)).toBeUndefined();
});
