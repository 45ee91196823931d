import { median } from '../statistics/quantile.ts';
import { returnLevel } from '../statistics/return-level.ts';
import { ENOUGH_EVENTS } from '../thresholds.ts';
import { lasting, type Points } from './points.ts';

/** A normal distribution's standard deviation to its median absolute deviation. */
const NORMAL_MAD = 1.4826;

/** What a service used at each point, one series a resource, with the requests it answered. */
export interface Footprint {
  readonly requests: Points;
  readonly used: readonly Points[];
}

/**
 * How far what a request costs its service (processor, calls of the kernel, bytes) has left the past, as a multiple of the
 * level that chance reaches for as many `questions`: 1 and more is a change of what the code does, as errors make it,
 * whose handling costs something else than an answer does.
 */
export function footprintChange(past: Footprint, now: Footprint, services: number): number {
  // Where requests were never counted, what was used in all has to do.
  const counted = past.requests.some((value) => value > 0);
  const each = (resource: Points, { requests }: Footprint): Points =>
    counted ? perRequest(resource, requests) : resource;
  const changes = past.used.map((resource, index) => {
    const before = each(resource, past);
    const middle = median(before);
    const spread = NORMAL_MAD * median(before.map((value) => Math.abs(value - middle)));
    if (!(spread > 0)) return 0;
    const distance = (values: Points) => lasting(values.map((value) => Math.abs(value - middle) / spread));
    const found = distance(each(now.used[index]!, now)).filter((value) => !Number.isNaN(value));
    const level = returnLevel(distance(before), found.length * past.used.length * services);
    return found.length === 0 ? 0 : Math.max(...found) / level;
  });
  return Math.max(0, ...changes);
}

const perRequest = (resource: Points, requests: Points): Points =>
  resource.map((value, at) => (requests[at]! >= ENOUGH_EVENTS ? value / requests[at]! : Number.NaN));
