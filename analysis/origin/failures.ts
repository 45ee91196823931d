import { quietBelief } from '../statistics/belief.ts';
import type { Sample } from '../statistics/dispersion.ts';
import { type Belief, surprise } from '../statistics/tail.ts';
import { FALSE_REPORTS } from '../thresholds.ts';
import { type Calls, reachable } from './graph.ts';
import { ownExcess } from './own.ts';
import {
  excessOver,
  known,
  type Points,
  type SeriesTable,
  type ServicePoints,
  sumOf,
  withoutGaps,
} from './points.ts';
import { REACHES_SHARE, ranked, type SeriesOrigin } from './rank.ts';

/**
 * Where a service's failures come from: the services it depends on, by the failures that are not those of their callees. One
 * stands out when two points in a row have more than its quiet past explains, corrected for as many points and
 * services as were looked at, and the target failed with it.
 */
export function originOfFailures(
  calls: Calls,
  target: string,
  before: SeriesTable,
  after: SeriesTable,
): readonly SeriesOrigin[] {
  const [past, now] = [withoutGaps(before), withoutGaps(after)];
  const services = reachable(calls, target).filter((each) => past.has(each) && now.has(each));
  const rates = new Map(services.map((each) => [each, quietBelief(samplesOf(past.get(each)!)).mean]));
  const failed = (table: SeriesTable) =>
    new Map(services.map((each) => [each, excessOver(table.get(each)!, rates.get(each)!)]));
  const failedNow = failed(now);
  const [ownPast, ownNow] = [ownExcess(calls, failed(past)), ownExcess(calls, failedNow)];
  const felt = failedNow.get(target);
  if (felt === undefined) return [];

  return ranked(
    services.map((service) => {
      const own = ownNow.get(service)!;
      const samples = (table: SeriesTable, points: Points) =>
        ownSamples(table.get(service)!, points, rates.get(service)!);
      const belief = quietBelief(samples(past, ownPast.get(service)!));
      const present = samples(now, own);
      const exceeds = (others: number): boolean =>
        surprising(present, belief, others).some(
          (at) => felt[at]! + felt[at + 1]! > REACHES_SHARE * (own[at]! + own[at + 1]!),
        );
      const [alarming, unusual] = [exceeds(services.length), exceeds(1)];
      return { service, own: sumOf(own), alarming, unusual };
    }),
  );
}

/**
 * First points of the pairs that chance does not explain: both of a pair must surprise, a single point is no incident.
 * `others` are the services looked at beside the points.
 */
export function surprising(samples: readonly Sample[], belief: Belief, others: number): readonly number[] {
  const tails = samples.map(({ bad, total }) => (total > 0 ? surprise(bad, total, belief) : 1));
  const pairs = tails.slice(1).map((tail, at) => Math.max(tail, tails[at]!) ** 2);
  const allowed = FALSE_REPORTS / (pairs.length * others);
  return pairs.flatMap((p, at) => (p < allowed ? [at] : []));
}

/** Failed and all requests of each point. */
export function samplesOf({ requests, value }: ServicePoints): readonly Sample[] {
  return Array.from(value, (share, at) => {
    const total = Number.isNaN(share) ? 0 : Math.round(known(requests[at]!));
    return { bad: Math.round(known(share) * total), total };
  });
}

function ownSamples(points: ServicePoints, own: Points, rate: number): readonly Sample[] {
  return samplesOf(points).map(({ total }, at) => ({
    bad: Math.min(total, Math.max(0, Math.round(own[at]! + total * rate))),
    total,
  }));
}
