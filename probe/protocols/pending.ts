import type { Role } from '../flow.ts';
import type { Frame } from './frames.ts';
import type { Exchange } from './parser.ts';

/** A request whose answer is still to come. */
export interface Asked {
  readonly offset: number;
  readonly startedAt: number;
  readonly arrivedAt: number;
}

/** When and where a request began, by its first frame. */
export function asked(frame: Frame, role: Role): Asked {
  return {
    offset: frame.offset,
    startedAt: frame.at,
    arrivedAt: role === 'server' ? frame.arrived : 0,
  };
}

export interface Outcome {
  readonly operation: string;
  /** 0 = never. */
  readonly answeredAt: number;
  readonly status: number;
  readonly failed: boolean;
  readonly timed: boolean;
}

export function exchangeOf({ offset, startedAt, arrivedAt }: Asked, outcome: Outcome): Exchange {
  return { offset, startedAt, arrivedAt, ...outcome };
}

/** Most requests without an answer on one connection; a client that is further ahead is not followed. */
export const MOST_PENDING = 1024;
