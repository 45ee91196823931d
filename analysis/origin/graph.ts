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
  const cycles = cyclesOf(calls);
  return new Map(
    [...calls].map(([caller, callees]) => [
      caller,
      [...new Set(callees)].filter((callee) => !cycles.get(caller)?.has(callee)),
    ]),
  );
}

/**
 * The services that wait for each other, whole (strongly connected components, by Kosaraju's two passes): each cycle under
 * every one of its members. Services on no cycle are left out; who calls itself is a cycle of one.
 */
export function cyclesOf(calls: Calls): ReadonlyMap<string, ReadonlySet<string>> {
  const callers = new Map<string, string[]>();
  for (const [caller, callees] of calls) for (const callee of callees) append(callers, callee, caller);
  const cycles = new Map<string, ReadonlySet<string>>();
  const placed = new Set<string>();
  for (const service of finishing(calls).reverse()) {
    if (placed.has(service)) continue;
    const cycle = new Set([service]);
    placed.add(service);
    for (const member of cycle)
      for (const caller of callers.get(member) ?? [])
        if (!placed.has(caller)) {
          placed.add(caller);
          cycle.add(caller);
        }
    if (cycle.size > 1 || calls.get(service)?.includes(service))
      for (const member of cycle) cycles.set(member, cycle);
  }
  return cycles;
}

/** Services in the order in which a walk down the calls leaves them. */
function finishing(calls: Calls): string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  for (const root of calls.keys()) {
    if (seen.has(root)) continue;
    seen.add(root);
    const path = [{ service: root, rest: [...(calls.get(root) ?? [])] }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.pop();
      if (next === undefined) order.push(path.pop()!.service);
      else if (!seen.has(next)) {
        seen.add(next);
        path.push({ service: next, rest: [...(calls.get(next) ?? [])] });
      }
    }
  }
  return order;
}

function append(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
