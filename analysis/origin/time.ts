import { median } from '../statistics/quantile.ts';
import { returnLevel } from '../statistics/return-level.ts';
import { type Calls, reachable } from './graph.ts';
import { ownExcess } from './own.ts';
import { excessOver, lasting, type SeriesTable, sumOf, withoutGaps } from './points.ts';
import { REACHES_SHARE, ranked, type SeriesOrigin } from './rank.ts';

/** Less than this share of the time that the target spends is too little to be felt. */
const FELT_SHARE = 0.05;

/**
 * Where a service's time went: the services it depends on, by the time they added themselves. Added time is requests × (latency −
 * the past's median), less what the callees added. One stands out when two points in a row exceed what the past's tail
 * allows for as many points and services as were looked at, and the target felt it.
 */
export function originOfTime(
  calls: Calls,
  target: string,
  before: SeriesTable,
  after: SeriesTable,
): readonly SeriesOrigin[] {
  const [past, now] = [withoutGaps(before), withoutGaps(after)];
  const services = reachable(calls, target).filter((each) => past.has(each) && now.has(each));
  const usual = new Map(services.map((each) => [each, median(past.get(each)!.value)]));
  const added = (table: SeriesTable) =>
    new Map(services.map((each) => [each, excessOver(table.get(each)!, usual.get(each)!)]));
  const addedNow = added(now);
  const [ownPast, ownNow] = [ownExcess(calls, added(past)), ownExcess(calls, addedNow)];
  const felt = addedNow.get(target);
  if (felt === undefined) return [];

  const reaching = lasting(felt);
  const floor = FELT_SHARE * median(excessOver(past.get(target)!, 0));
  const feltPast = lasting(excessOver(past.get(target)!, usual.get(target)!));
  const enough = Math.max(floor, returnLevel(feltPast, reaching.length));
  return ranked(
    services.map((service) => {
      const own = lasting(ownNow.get(service)!);
      const usually = lasting(ownPast.get(service)!);
      const exceeds = (others: number): boolean => {
        const level = Math.max(floor, returnLevel(usually, own.length * others));
        return own.some((value, at) => value > level && reaching[at]! > REACHES_SHARE * value);
      };
      const [alarming, unusual] = [exceeds(services.length), exceeds(1)];
      return { service, own: sumOf(ownNow.get(service)!), alarming, unusual };
    }),
    reaching.some((value) => value > enough),
  );
}
