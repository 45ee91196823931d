import { describe, expect, test } from 'vitest';
import { type Random, randomOf } from '../testing/random.ts';
import { callsOf, type EdgeTable } from './edge-table.ts';
import { originOfEdges } from './edges.ts';
import { callsPerRequest } from './per-request.ts';

/** web calls cart and search, both call store; cart calls mail when it has the answer of store. */
const CALLS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  web: { cart: 0.3, search: 0.9 },
  cart: { store: 3, mail: 1 },
  search: { store: 2 },
};
const SERVICES = ['web', 'cart', 'search', 'store', 'mail'];
const OWN_MS = 10;

interface Disturbance {
  /** Milliseconds that a service adds, or that its network adds to each call of it. */
  readonly slow?: Readonly<Record<string, number>>;
  /** Calls that are not made, as `caller callee`, and how many of the entry's requests fail. */
  readonly missing?: readonly string[];
  readonly failed?: number;
  /** How much more of the processor a request of a service needs. */
  readonly cost?: Readonly<Record<string, number>>;
}

function table(points: number, seed: number, { slow, missing, failed, cost }: Disturbance = {}): EdgeTable {
  const random = randomOf(seed);
  const make = (value: (at: number) => number) => Float64Array.from({ length: points }, (_, at) => value(at));
  const requests = new Map([['web', make(() => 400 + random.poisson(100))]]);
  const made = (caller: string, callee: string) =>
    missing?.includes(`${caller} ${callee}`) ? 0 : CALLS[caller]![callee]!;
  for (const service of SERVICES.slice(1)) {
    const callers = SERVICES.filter((each) => CALLS[each]?.[service] !== undefined);
    requests.set(
      service,
      make((at) =>
        spread(
          callers.reduce((sum, each) => sum + requests.get(each)![at]! * made(each, service), 0),
          random,
        ),
      ),
    );
  }
  const time = (service: string): number =>
    Object.entries(CALLS[service] ?? {}).reduce(
      (sum, [callee]) => sum + made(service, callee) * time(callee),
      OWN_MS + (slow?.[service] ?? 0),
    );
  const measured = (service: string) => make(() => time(service) + random.normal());
  return {
    requests,
    latency: new Map(
      Object.entries(CALLS).map(([caller, callees]) => [
        caller,
        new Map(Object.keys(callees).map((callee) => [callee, measured(callee)])),
      ]),
    ),
    entry: {
      service: 'web',
      latency: measured('web'),
      failed: make((at) => Math.min(1, (failed ?? 0) + random.poisson(0.5) / requests.get('web')![at]!)),
    },
    used: new Map(
      SERVICES.map((service) => [
        service,
        [make((at) => requests.get(service)![at]! * (1 + (cost?.[service] ?? 0) + 0.02 * random.normal()))],
      ]),
    ),
  };
}

const spread = (mean: number, random: Random): number =>
  Math.max(0, mean + Math.sqrt(mean) * random.normal());
const answer = (disturbance: Disturbance, seed = 1) =>
  originOfEdges(table(300, seed), table(4, seed + 50, disturbance));

describe('origin on edges', () => {
  test.each(SERVICES)('time that %s adds is its own', (service) => {
    for (const seed of [1, 2, 3]) {
      const [first] = answer({ slow: { [service]: 30 } }, seed);
      expect(first).toMatchObject({ service, stands: true });
    }
  });

  test('who does not make the calls that follow has failed, not those who are called less', () => {
    const [first] = answer({ missing: ['cart mail'], failed: 0.1 });
    expect(first).toMatchObject({ service: 'cart', stands: true });
    const [entry] = answer({ missing: ['web search'], failed: 0.4 });
    expect(entry).toMatchObject({ service: 'web', stands: true });
  });

  test('who gives up on a callee that fails is its victim', () => {
    const [first, second] = answer({ missing: ['cart mail'], failed: 0.1, cost: { store: 0.5 } });
    expect([first?.service, second?.service]).toEqual(['store', 'cart']);
  });

  test('where no call is missing, requests that cost something else say who failed', () => {
    const [first] = answer({ failed: 0.1, cost: { mail: 0.5 } });
    expect(first).toMatchObject({ service: 'mail', stands: true });
  });

  test('requests that fail because a callee is slow are the doing of the callee', () => {
    const [first] = answer({ failed: 0.1, slow: { search: 30 } });
    expect(first).toMatchObject({ service: 'search', stands: true });
  });

  test('where nothing else has changed, the service that answers the people has failed', () => {
    const [first] = answer({ failed: 0.1 });
    expect(first).toMatchObject({ service: 'web', stands: true });
  });

  test('where no edge was measured, whoever uses something else stands out', () => {
    const without = ({ requests, ...rest }: EdgeTable): EdgeTable => ({
      ...rest,
      requests: new Map([...requests].map(([service, points]) => [service, points.map(() => Number.NaN)])),
      latency: new Map(),
    });
    const [first] = originOfEdges(without(table(300, 3)), without(table(4, 53, { cost: { store: 2 } })));
    expect(first).toMatchObject({ service: 'store', stands: true });
  });

  test('every service has a place, and on a quiet day none stands out', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const origins = answer({}, seed);
      expect(origins.map(({ service }) => service).sort()).toEqual([...SERVICES].sort());
      expect(origins.filter(({ stands }) => stands)).toEqual([]);
    }
  });
});

test('calls per request are found again from the requests of the services', () => {
  const past = table(1000, 9);
  const rates = callsPerRequest(callsOf(past), past.requests);
  for (const [caller, callees] of Object.entries(CALLS))
    for (const [callee, rate] of Object.entries(callees))
      expect(rates.get(caller)!.get(callee)! / rate, `${caller} ${callee}`).toBeCloseTo(1, 0.5);
});
