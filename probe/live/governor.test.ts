import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGovernor, type Load } from './governor.ts';
import { createMeter } from './governor-meter.ts';

const BUDGET = { chunksPerSecond: 1000, cpuShare: 0.5 };
const load = (part: Partial<Load> = {}): Load => ({
  seconds: 1,
  chunks: 10,
  chunksLost: 0,
  cpuSeconds: 0.01,
  ...part,
});
const levels = (governor: ReturnType<typeof createGovernor>, loads: readonly Load[]) =>
  loads.map((each) => governor.observe(each));
const times = (count: number, each: Load) => Array.from({ length: count }, () => each);

test.each([
  ['chunks', { chunks: 1500 }, /1000 sends and receives/],
  ['processor time', { cpuSeconds: 0.6 }, /50 % of a core/],
  ['lost chunks', { chunks: 100, chunksLost: 5 }, /faster than it was read/],
])('too many %s for three looks in a row step down, and say why', (_, over, why) => {
  const governor = createGovernor(BUDGET);
  expect(levels(governor, [...times(2, load(over)), load(), ...times(2, load(over))])).toEqual(
    times(5, 'payload' as never),
  );
  expect(governor.reason).toBe('');
  expect(governor.observe(load(over))).toBe('turns');
  expect(governor.reason).toMatch(why);
});

test('one look far beyond the budget is enough', () => {
  expect(createGovernor(BUDGET).observe(load({ chunks: 5000 }))).toBe('turns');
});

test('a second may be spent at once, more steps down before the next look', () => {
  const governor = createGovernor(BUDGET);
  expect(governor.spend(900, 0.025)).toBe('payload');
  expect(governor.spend(600, 0.5)).toBe('payload');
  expect(governor.spend(100, 0.025)).toBe('turns');
  expect(governor.reason).toMatch(/1000 sends and receives/);
  const steady = createGovernor(BUDGET);
  for (let i = 0; i < 4000; i++) expect(steady.spend(25, 0.025)).toBe('payload');
});

test('below the level of payload only processor time counts, and below connections there is nothing', () => {
  const governor = createGovernor(BUDGET, 'turns');
  expect(new Set(levels(governor, times(20, load({ chunks: 1e6, chunksLost: 1e6 }))))).toEqual(
    new Set(['turns']),
  );
  expect(levels(governor, times(8, load({ cpuSeconds: 0.9 }))).at(-1)).toBe('connections');
});

test('it steps up again by itself, as far as it was allowed to begin with', () => {
  const governor = createGovernor(BUDGET);
  levels(governor, times(6, load({ cpuSeconds: 0.9 })));
  expect(governor.level).toBe('connections');
  const back = levels(governor, times(60, load()));
  expect(back.indexOf('turns')).toBeGreaterThan(0);
  expect(back.indexOf('payload')).toBeGreaterThan(back.indexOf('turns'));
  expect(governor.reason).toBe('');
  const lower = createGovernor(BUDGET, 'turns');
  expect(new Set(levels(lower, times(100, load())))).toEqual(new Set(['turns']));
});

test('a load that only payload is too much for is tried ever more rarely', () => {
  const governor = createGovernor(BUDGET);
  const changes: number[] = [];
  for (let second = 0, before = governor.level; second < 7200; second++) {
    const level = governor.observe(governor.level === 'payload' ? load({ chunks: 2000 }) : load());
    if (level !== before) changes.push(second);
    before = level;
  }
  /* 15, 30, 60 … 600 seconds apart: a dozen tries in the first two hours. */
  expect(changes.length).toBeLessThan(40);
  const downs = changes.filter((_, i) => i % 2 === 0);
  const gaps = downs.slice(1).map((at, i) => at - downs[i]!);
  expect([...gaps].sort((a, b) => a - b)).toEqual(gaps);
  expect(governor.seconds.payload).toBeLessThan(100);
});

test('every second is at one level, and levels change by one step', () => {
  const any = fc.record({
    seconds: fc.double({ min: 0, max: 5, noNaN: true }),
    chunks: fc.nat(10_000),
    chunksLost: fc.nat(500),
    cpuSeconds: fc.double({ min: 0, max: 5, noNaN: true }),
  });
  const order = ['payload', 'turns', 'connections'];
  fc.assert(
    fc.property(fc.array(any, { maxLength: 200 }), (loads) => {
      const governor = createGovernor(BUDGET);
      let before = order.indexOf(governor.level);
      for (const each of loads) {
        const now = order.indexOf(governor.observe(each));
        expect(Math.abs(now - before)).toBeLessThanOrEqual(1);
        expect(governor.reason === '').toBe(now === 0);
        before = now;
      }
      const { payload, turns, connections } = governor.seconds;
      expect(payload + turns + connections).toBeCloseTo(
        loads.reduce((sum, { seconds }) => sum + seconds, 0),
        6,
      );
    }),
  );
});

test('work is measured by the smaller of both clocks, also where it fails', () => {
  let wall = 0;
  let cpu = 0;
  const meter = createMeter(
    () => wall,
    () => cpu,
    1,
  );
  meter.measure(() => {
    wall += 50;
    cpu += 10_000;
  });
  expect(() =>
    meter.measure(() => {
      wall += 5;
      cpu += 90_000;
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(meter.take()).toBeCloseTo(0.015);
  expect(meter.take()).toBe(0);
});

test('connections that wait for payload to be read step down at once, from payload alone', () => {
  const governor = createGovernor(BUDGET);
  expect([governor.press(), governor.press()]).toEqual(['turns', 'turns']);
  expect(governor.reason).toMatch(/faster than their payload/);
  expect(levels(governor, times(15, load())).at(-1)).toBe('payload');
  expect(governor.press()).toBe('turns');
  expect(levels(governor, times(29, load())).at(-1)).toBe('turns');
  expect(governor.observe(load())).toBe('payload');
});

test('pieces that are not sampled are taken for as long as the sampled ones say', () => {
  let wall = 0;
  let cpu = 0;
  const meter = createMeter(
    () => wall,
    () => cpu,
    4,
  );
  for (let piece = 0; piece < 8; piece++) {
    meter.measure(() => {
      wall += 10;
      cpu += 4_000;
    });
  }
  expect(meter.take()).toBeCloseTo(0.032);
  expect(meter.take()).toBe(0);
});
