import { median } from '../statistics/quantile.ts';
import { type CallsPerRequest, expectedRequests } from './per-request.ts';
import { known, type Points, sumOf } from './points.ts';

/** Median of a chi-square with one degree of freedom. */
const CHI_SQUARE_MEDIAN = 0.4549;

/**
 * How much likelier the requests of the callees are if a caller left calls out that its requests used to make, in nats, by
 * caller: who fails half way does not make the calls that follow. Services further down that get fewer requests because
 * their callers do are as expected, so only the one that stopped is named.
 */
export function missingCalls(
  rates: CallsPerRequest,
  past: ReadonlyMap<string, Points>,
  now: ReadonlyMap<string, Points>,
): ReadonlyMap<string, number> {
  const spread = overdispersion(expectedRequests(rates, past), past);
  const expected = expectedRequests(rates, now);
  const nats = (caller: string, callee: string, rate: number): number => {
    const mean = sumOf(expected.get(callee)!);
    const counted = sumOf((now.get(callee) ?? new Float64Array()).map(known));
    const share = rate * sumOf((now.get(caller) ?? new Float64Array()).map(known));
    const fitted = Math.max(counted, mean - share);
    if (fitted >= mean) return 0;
    const gain = mean - fitted - (counted > 0 ? counted * Math.log(mean / fitted) : 0);
    return gain / (spread.get(callee) ?? 1);
  };
  return new Map(
    [...rates].map(([caller, callees]) => [
      caller,
      [...callees].reduce((sum, [callee, rate]) => sum + nats(caller, callee, rate), 0),
    ]),
  );
}

/** Variance of the counts in units of a Poisson distribution's, from the middle of the past; at least 1. */
function overdispersion(
  expected: ReadonlyMap<string, Points>,
  counted: ReadonlyMap<string, Points>,
): ReadonlyMap<string, number> {
  return new Map(
    [...expected].map(([callee, means]) => {
      const counts = counted.get(callee);
      const squares = means.map((mean, at) =>
        mean > 0 && counts ? (counts[at]! - mean) ** 2 / mean : Number.NaN,
      );
      return [callee, Math.max(1, known(median(squares) / CHI_SQUARE_MEDIAN))];
    }),
  );
}
