import type { View } from './masks.ts';
import type { Weights } from './network.ts';
import type { Ranks } from './ranks.ts';

/** A signal of all edges; `up`: only more of it is odd. Channels stand in the order of cause: traffic before latency. */
export interface Channel {
  readonly name: string;
  readonly side: 'up' | 'both';
}

/** What a view of the network adds to the evidence of a channel, in nats (-ln p) a step while something is wrong. */
export interface Gain {
  readonly without: number;
  readonly with: number;
  /** Lower bound of the difference, one-sided, at 99 %. */
  readonly low: number;
  readonly episodes: number;
}

/** How one channel is judged. */
export interface Judge {
  /** The view that helps most, or hurts least. */
  readonly view: View;
  /** Whether it helps measurably; where it does not, the channel is left to the evidence there is. */
  readonly on: boolean;
  /** Surprises of quiet data held back. */
  readonly ranks: Ranks;
  /** Measured on other quiet data held back, with shifts put into it. */
  readonly gain: Gain;
}

/** One small network for all edges (one for each view that is used), and how to read it. */
export interface Detector {
  readonly channels: readonly Channel[];
  readonly networks: Readonly<Partial<Record<View, Weights>>>;
  /** One for each channel. */
  readonly judges: readonly Judge[];
}

/** The size that is ranked: `[edge][step]` of one channel, NaN where nothing was measured. */
export function sizesOf(values: Float32Array, channels: readonly Channel[], index: number): Float32Array {
  const both = channels[index]!.side === 'both';
  return Float32Array.from({ length: values.length / channels.length }, (_, i) => {
    const value = values[i * channels.length + index]!;
    return both ? Math.abs(value) : value;
  });
}
