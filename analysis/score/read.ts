import type { EdgeCounts } from '../../graph/index.ts';
import type { Reading } from './alternatives.ts';
import { type Channel, trafficOf } from './channels.ts';
import { LN_MIDDLE } from './coarse.ts';

/** Variance of the logarithm within the step that was read last; levels only. */
export interface StepReading extends Reading {
  within: number;
}

/** Reads one channel of one step; `total` is 0 where it says nothing. */
export function read(channel: Channel, counts: EdgeCounts, threshold: number, out: StepReading): void {
  switch (channel.family) {
    case 'share':
      out.total = channel.total(counts);
      out.bad = Math.min(out.total, channel.bad(counts));
      return;
    case 'slow': {
      const { buckets, counts: events } = counts[channel.time];
      let bad = 0;
      let total = 0;
      for (let i = 0; i < buckets.length; i++) {
        total += events[i]!;
        if (buckets[i]! > threshold) bad += events[i]!;
      }
      out.bad = bad;
      out.total = total;
      return;
    }
    case 'level': {
      const { buckets, counts: events } = counts[channel.time];
      let sum = 0;
      let squares = 0;
      let total = 0;
      for (let i = 0; i < buckets.length; i++) {
        const ln = LN_MIDDLE[buckets[i]!] ?? 0;
        sum += events[i]! * ln;
        squares += events[i]! * ln * ln;
        total += events[i]!;
      }
      out.bad = sum;
      out.total = total;
      out.within = total > 1 ? Math.max(0, (squares - (sum * sum) / total) / (total - 1)) : Number.NaN;
      return;
    }
    case 'more':
    case 'less':
      out.bad = trafficOf(counts);
      out.total = 1;
  }
}
