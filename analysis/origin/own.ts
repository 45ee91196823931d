import { type Calls, withoutCycles } from './graph.ts';
import type { Points } from './points.ts';

/**
 * The part of each service's excess that its dependencies do not explain: its excess less what its callees had more than
 * before at the same point. Where a callee is shared, `passed` says how much of its excess one caller saw; by default all of
 * it, so that no caller is blamed for what a callee may have done.
 */
export function ownExcess(
  calls: Calls,
  excess: ReadonlyMap<string, Points>,
  passed: (caller: string, callee: string) => Points | undefined = (_, callee) => excess.get(callee),
): ReadonlyMap<string, Points> {
  const down = withoutCycles(calls);
  return new Map(
    [...excess].map(([service, whole]) => {
      const own = whole.slice();
      for (const callee of down.get(service) ?? []) {
        const below = passed(service, callee);
        if (below) for (let at = 0; at < own.length; at++) own[at]! -= Math.max(0, below[at]!);
      }
      return [service, own];
    }),
  );
}
