/** Which services each service calls. */
export type Calls = ReadonlyMap<string, readonly string[]>;

/** A service and everything it depends on, nearest first. */
export function reachable(calls: Calls, from: string): string[] {
  const found = new Set([from]);
  for (const service of found) for (const callee of calls.get(service) ?? []) found.add(callee);
  return [...found];
}

/**
 * The calls without those that come back to their caller: in a cycle everyone waits for everyone, so nobody's excess
 * may be explained away by another's.
 */
export function withoutCycles(calls: Calls): Calls {
  const below = new Map(
    [...new Set([...calls.values()].flat())].map((each) => [each, reachable(calls, each)]),
  );
  return new Map(
    [...calls].map(([caller, callees]) => [
      caller,
      [...new Set(callees)].filter((callee) => !below.get(callee)!.includes(caller)),
    ]),
  );
}
