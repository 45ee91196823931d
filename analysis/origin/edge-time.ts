import { median } from '../statistics/quantile.ts';
import { heavyReturnLevel } from '../statistics/return-level.ts';
import { callsOf, type EdgeTable } from './edge-table.ts';
import { ownExcess } from './own.ts';
import type { CallsPerRequest } from './per-request.ts';
import { excessOver, lasting, type Points, sumOf } from './points.ts';
import { ranked, type SeriesOrigin } from './rank.ts';

/**
 * The services by the time that they added themselves: what their callers waited longer than the past's median, less what
 * they waited longer for their own calls.
 */
export function originOfCalls(
  rates: CallsPerRequest,
  past: EdgeTable,
  now: EdgeTable,
): readonly SeriesOrigin[] {
  const before = ownTime(rates, past, past);
  const after = ownTime(rates, past, now);
  return ranked(
    [...after].map(([service, own]) => {
      const pairs = lasting(own);
      const exceeds = (others: number): boolean => {
        const level = heavyReturnLevel(lasting(before.get(service)!), pairs.length * others);
        return pairs.some((value) => value > level);
      };
      return { service, own: sumOf(own), alarming: exceeds(after.size), unusual: exceeds(1) };
    }),
  );
}

function ownTime(rates: CallsPerRequest, past: EdgeTable, table: EdgeTable) {
  const added = new Map<string, Map<string, Points>>();
  const whole = new Map(
    [...table.requests].map(([service, { length }]) => [service, new Float64Array(length)]),
  );
  const count = (service: string, points: Points) =>
    whole.set(
      service,
      (whole.get(service) ?? points.map(() => 0)).map((value, at) => value + points[at]!),
    );
  for (const [caller, callees] of table.latency) {
    const made = table.requests.get(caller);
    for (const [callee, value] of callees) {
      const rate = rates.get(caller)?.get(callee);
      const usual = past.latency.get(caller)?.get(callee);
      if (made === undefined || rate === undefined || usual === undefined) continue;
      const excess = excessOver({ requests: made.map((each) => each * rate), value }, median(usual));
      added.set(caller, (added.get(caller) ?? new Map()).set(callee, excess));
      count(callee, excess);
    }
  }
  const { service: entry, latency } = table.entry;
  const answered = table.requests.get(entry);
  if (answered !== undefined)
    count(entry, excessOver({ requests: answered, value: latency }, median(past.entry.latency)));
  return ownExcess(callsOf(past), whole, (caller, callee) => added.get(caller)?.get(callee));
}
