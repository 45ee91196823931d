import type { Calls, SeriesTable } from '../origin/index.ts';
import { randomOf } from './random.ts';

/** What is wrong with one service from one point to another. */
export interface Fault {
  readonly service: string;
  readonly from: number;
  readonly to: number;
  /** Milliseconds added to each request, or share of requests that fail. */
  readonly amount: number;
}

/** How often each caller calls each callee per request. */
export type Rates = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Requests of a point at the service that people call. */
const ENTRY_REQUESTS = 500;
const NO_FAULT: Fault = { service: '', from: 0, to: 0, amount: 0 };

export const callsOf = (rates: Rates): Calls =>
  new Map(Object.entries(rates).map(([caller, callees]) => [caller, Object.keys(callees)]));

/**
 * Series of services that call each other: requests flow down from `entry`; a request takes its service's own 10 ± 1 ms and as
 * long as its calls. Calls that come back to one of their callers are left out of the time, as a cycle has no end.
 */
export function timeSeries(
  rates: Rates,
  entry: string,
  points: number,
  seed: number,
  fault = NO_FAULT,
): SeriesTable {
  return series(rates, entry, points, seed, (service, at, random, below) => {
    const own = 10 + random.normal() + (hits(fault, service, at) ? fault.amount : 0);
    return own + below.reduce((sum, { rate, value }) => sum + rate * value, 0);
  });
}

/** The same with the share of requests that fail: one in a thousand by itself, and whenever a call fails. */
export function failureSeries(
  rates: Rates,
  entry: string,
  points: number,
  seed: number,
  fault = NO_FAULT,
): SeriesTable {
  return series(rates, entry, points, seed, (service, at, random, below, requests) => {
    const share = 0.001 + (hits(fault, service, at) ? fault.amount : 0);
    const own = Math.min(1, random.poisson(requests * share) / Math.max(1, requests));
    return 1 - below.reduce((passed, { rate, value }) => passed * (1 - value) ** rate, 1 - own);
  });
}

type Value = (
  service: string,
  at: number,
  random: ReturnType<typeof randomOf>,
  below: readonly { readonly rate: number; readonly value: number }[],
  requests: number,
) => number;

function series(rates: Rates, entry: string, points: number, seed: number, value: Value): SeriesTable {
  const random = randomOf(seed);
  const services = [
    ...new Set([entry, ...Object.entries(rates).flatMap(([a, b]) => [a, ...Object.keys(b)])]),
  ];
  const table = new Map(
    services.map((each) => [each, { requests: new Float64Array(points), value: new Float64Array(points) }]),
  );
  for (let at = 0; at < points; at++) {
    const answered = (service: string, count: number, path: readonly string[]): number => {
      const { requests, value: values } = table.get(service)!;
      requests[at]! += count;
      const below = Object.entries(rates[service] ?? {})
        .filter(([callee]) => ![...path, service].includes(callee))
        .map(([callee, rate]) => ({ rate, value: answered(callee, rate * count, [...path, service]) }));
      const found = value(service, at, random, below, count);
      // A shared callee is asked several times: it shows the mean over its requests.
      values[at]! += (count / requests[at]!) * (found - values[at]!);
      return found;
    };
    answered(entry, ENTRY_REQUESTS + Math.round(20 * random.normal()), []);
  }
  return table;
}

const hits = ({ service, from, to }: Fault, name: string, at: number): boolean =>
  name === service && at >= from && at < to;
