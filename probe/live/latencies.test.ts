import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histogramOf, merge, subtract, total } from '../histogram.ts';
import { type Latencies, upTo } from './latencies.ts';

const of = (micros: readonly number[]): Latencies => ({
  latency: histogramOf(micros),
  wait: histogramOf(micros.map((each) => each / 4)),
  service: histogramOf(micros.map((each) => (3 * each) / 4)),
});

test('latencies read later than their record are as many as it counts, and none of the earlier ones goes', () => {
  const times = fc.array(fc.nat(1_000_000), { maxLength: 12 });
  fc.assert(
    fc.property(times, times, times, (before, counted, later) => {
      const samples = before.length + counted.length;
      const now = of([...before, ...counted, ...later]);
      const cut = upTo(samples, now, of(before));
      for (const kind of ['latency', 'wait', 'service'] as const) {
        expect(total(cut[kind])).toBe(samples);
        expect(merge(cut[kind], subtract(now[kind], cut[kind]))).toEqual(now[kind]);
        expect(merge(of(before)[kind], subtract(cut[kind], of(before)[kind]))).toEqual(cut[kind]);
      }
    }),
  );
});
