import type { Calls } from './graph.ts';
import { filled, type Points } from './points.ts';

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

/** A table whose short gaps are filled: a minute that was not counted is no minute without requests. */
export function withoutHoles({ requests, latency, entry, used }: EdgeTable): EdgeTable {
  const all = (of: ReadonlyMap<string, Points>) =>
    new Map([...of].map(([key, points]) => [key, filled(points)]));
  return {
    requests: all(requests),
    latency: new Map([...latency].map(([caller, callees]) => [caller, all(callees)])),
    entry: { ...entry, latency: filled(entry.latency), failed: filled(entry.failed) },
    used: new Map([...used].map(([service, series]) => [service, series.map(filled)])),
  };
}
