import type { Calls } from './graph.ts';
import { known, type Points, sumOf } from './points.ts';

/** Calls that a request of the caller makes to the callee, by caller and callee. */
export type CallsPerRequest = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** The rates have settled when none moves by more than this share of the largest … */
const SETTLED = 1e-6;
/** … and at the latest after so many rounds: callers that always go together cannot be told apart better. */
const MOST_ROUNDS = 10_000;

/**
 * How many calls a request makes, where only the requests of each service are counted: the rates, none negative, whose sum over
 * the callers comes closest to the requests of the callee, each point weighed as the count it is (variance = mean).
 */
export function callsPerRequest(calls: Calls, requests: ReadonlyMap<string, Points>): CallsPerRequest {
  const rates = new Map([...calls.keys()].map((caller) => [caller, new Map<string, number>()]));
  for (const [callee, callers] of callersOf(calls)) {
    const counted = requests.get(callee);
    const sources = callers.filter((caller) => sumOf((requests.get(caller) ?? NONE).map(known)) > 0);
    if (counted === undefined || sources.length === 0) continue;
    const fitted = closest(
      counted.map(known),
      sources.map((caller) => requests.get(caller)!.map(known)),
    );
    for (const [at, caller] of sources.entries()) rates.get(caller)!.set(callee, fitted[at]!);
  }
  return rates;
}

const NONE: Points = new Float64Array();

/** Requests that each callee should have answered, given those of its callers. */
export function expectedRequests(
  rates: CallsPerRequest,
  requests: ReadonlyMap<string, Points>,
): ReadonlyMap<string, Points> {
  const expected = new Map<string, Points>();
  for (const [caller, callees] of rates) {
    const made = requests.get(caller);
    if (made === undefined) continue;
    for (const [callee, rate] of callees) {
      const sum = expected.get(callee) ?? new Float64Array(made.length);
      expected.set(
        callee,
        sum.map((value, at) => value + rate * known(made[at]!)),
      );
    }
  }
  return expected;
}

export function callersOf(calls: Calls): ReadonlyMap<string, readonly string[]> {
  const callers = new Map<string, string[]>();
  for (const [caller, callees] of calls)
    for (const callee of callees) callers.set(callee, [...(callers.get(callee) ?? []), caller]);
  return callers;
}

/** Least squares without negative rates, by descent along one rate after the other. */
function closest(counted: Points, sources: readonly Points[]): readonly number[] {
  const product = (a: Points, b: Points) =>
    a.reduce((sum, value, at) => {
      // All callers together are a good enough mean for a weight, and a point without requests says nothing.
      const size = sources.reduce((all, source) => all + source[at]!, 0);
      return size > 0 ? sum + (value * b[at]!) / size : sum;
    }, 0);
  const pairs = sources.map((a) => sources.map((b) => product(a, b)));
  const targets = sources.map((source) => product(source, counted));
  const rates = sources.map(() => 0);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let moved = 0;
    for (const [i, row] of pairs.entries()) {
      const others = row.reduce((sum, value, j) => (j === i ? sum : sum + value * rates[j]!), 0);
      const rate = Math.max(0, (targets[i]! - others) / row[i]!);
      moved = Math.max(moved, Math.abs(rate - rates[i]!));
      rates[i] = rate;
    }
    if (moved <= SETTLED * Math.max(...rates)) break;
  }
  return rates;
}
