import type { Calls } from './graph.ts';
import type { Points } from './points.ts';

/** What was measured at each point where edges have their own times. */
export interface EdgeTable {
  /** Requests that each service answered. */
  readonly requests: ReadonlyMap<string, Points>;
  /** Time of a call as its caller saw it, by caller and callee. */
  readonly latency: ReadonlyMap<string, ReadonlyMap<string, Points>>;
  /** The service that people call, its time per request and the share of requests that failed. */
  readonly entry: { readonly service: string; readonly latency: Points; readonly failed: Points };
  /** What each service used: any resources, the same ones in the same order at all times. */
  readonly used: ReadonlyMap<string, readonly Points[]>;
}

export const callsOf = ({ latency }: EdgeTable): Calls =>
  new Map([...latency].map(([caller, callees]) => [caller, [...callees.keys()]]));
