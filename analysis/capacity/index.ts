import type { EdgeReader, Period } from '../../graph/index.ts';
import { WINDOW_MICROS } from '../../graph/index.ts';
import { adjusted } from '../statistics/false-discoveries.ts';
import { LOOKBACK_MICROS } from '../thresholds.ts';
import { readWorld, windowEnd, windowStart } from '../world.ts';
import type { Capacity, CapacityItem } from './capacity.ts';
import { connectionSeries } from './connections.ts';
import { gaugeSeries } from './gauges.ts';
import { loadCurves } from './load.ts';
import { type Judged, judge, type Series } from './series.ts';
import { sentence } from './words.ts';

export {
  CAPACITY_KINDS,
  type Capacity,
  type CapacityItem,
  type CapacityKind,
  type Estimate,
} from './capacity.ts';

/** Share of false trends among those told. */
const FALSE_TRENDS = 0.05;
/** So much of a limit in use is told without a trend: the rest may go in one burst. */
const NEAR_SHARE = 0.8;
/** What was not read for as long is over. */
const STALE_MICROS = 3 * WINDOW_MICROS;
/** What a person reads; the rest is counted. */
const MOST_ITEMS = 50;

/**
 * What is about to break at a moment (microseconds since the epoch; the end of the data if left out), from the hour before it: queues,
 * ports and tables that fill up, connections that gather, latency that bends with the load; with the time left if it goes on so.
 * `null` where the store is empty.
 */
export async function capacityOf(reader: EdgeReader, at?: number): Promise<Capacity | null> {
  const range = await reader.range();
  if (range === null) return null;
  const to = windowEnd(Math.min(at ?? range.to, range.to));
  const period: Period = { from: Math.max(windowStart(range.from), to - LOOKBACK_MICROS), to };
  const world = await readWorld(reader, period, null);
  const curves = loadCurves(world);
  const bends = adjusted(
    curves.map(({ line }) => line.p),
    world.edges.length,
  );
  const series: Series[] = [
    ...gaugeSeries(await reader.gauges(period)).filter(({ times }) => to - times.at(-1)! <= STALE_MICROS),
    ...connectionSeries(world),
    ...curves.filter((_, i) => bends[i]! <= FALSE_TRENDS).map((curve) => curve.series),
  ];
  const judged = series.map(judge);
  const sure = adjusted(
    judged.map(({ trend }) => trend?.p ?? 1),
    judged.length,
  );
  const items = judged
    .flatMap((each, i) => itemOf(each, sure[i]! <= FALSE_TRENDS))
    .sort((a, b) => urgency(a) - urgency(b) || shareOf(b) - shareOf(a));
  return {
    period,
    items: items.slice(0, MOST_ITEMS),
    looked: series.length,
    more: Math.max(0, items.length - MOST_ITEMS),
  };
}

function itemOf({ series, used, trend, rising, timeLeft }: Judged, sure: boolean): CapacityItem[] {
  const { kind, subject, instance, what, limit, ended, times } = series;
  const share = limit === null ? 0 : used / limit.estimate;
  const moving = rising && sure;
  const state =
    limit !== null && kind !== 'load' && used >= limit.estimate
      ? 'full'
      : share >= NEAR_SHARE
        ? 'near'
        : moving && timeLeft !== null
          ? 'filling'
          : moving && limit === null
            ? 'growing'
            : null;
  if (state === null) return [];
  const hours = (slope: number) => slope * 3_600_000_000;
  const item = {
    kind,
    subject,
    instance,
    what,
    state,
    used,
    limit,
    ended,
    perHour: moving
      ? { estimate: hours(trend!.slope), low: hours(trend!.low), high: hours(trend!.high) }
      : null,
    timeLeft: moving ? timeLeft : null,
    p: trend?.p ?? 1,
    at: times.at(-1)!,
  } as const;
  return [{ ...item, text: sentence(item) }];
}

/** What is full, then by the time left, then the rest. */
function urgency({ state, timeLeft }: CapacityItem): number {
  if (state === 'full') return -1;
  return timeLeft?.estimate ?? Number.MAX_VALUE;
}

function shareOf({ used, limit }: CapacityItem): number {
  return limit === null ? 0 : used / limit.estimate;
}
