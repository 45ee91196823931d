import { createHash } from 'node:crypto';

export interface SeededRandom {
  uniform(from: number, to: number): number;
  /** Both ends included. */
  integer(from: number, to: number): number;
  /** Standard normal. */
  normal(): number;
  /** `count` of `all`, in their order. */
  subset<T>(all: readonly T[], count: number): T[];
}

/** Numbers that follow from a text alone (xoshiro128**, Blackman and Vigna 2018). */
export function seeded(seed: string): SeededRandom {
  const state = new Uint32Array(
    new Uint8Array(createHash('sha256').update(seed).digest()).buffer.slice(0, 16),
  );
  const next = (): number => {
    const result = Math.imul(rotated(Math.imul(state[1]!, 5), 7), 9) >>> 0;
    const shifted = state[1]! << 9;
    state[2]! ^= state[0]!;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= shifted;
    state[3] = rotated(state[3]!, 11);
    return result / 2 ** 32;
  };
  const uniform = (from: number, to: number) => from + (to - from) * next();
  return {
    uniform,
    integer: (from, to) => Math.min(to, Math.floor(uniform(from, to + 1))),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    subset(all, count) {
      const rest = [...all.keys()];
      while (rest.length > count) rest.splice(Math.floor(uniform(0, rest.length)), 1);
      return rest.map((at) => all[at]!);
    },
  };
}

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
