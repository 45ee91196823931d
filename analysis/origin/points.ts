/** A number for each point of time, in order; `NaN` where it is not known. */
export type Points = Float64Array;

/** What the services did at the same points of time. */
export interface ServicePoints {
  /** Requests answered in each point. */
  readonly requests: Points;
  /** Per request: time in any unit, or the share that failed (0..1). */
  readonly value: Points;
}

export type SeriesTable = ReadonlyMap<string, ServicePoints>;

/** The smaller of each two neighbours: a single point is no incident. */
export function lasting(points: Points): Points {
  return Float64Array.from({ length: Math.max(0, points.length - 1) }, (_, at) =>
    Math.min(points[at]!, points[at + 1]!),
  );
}

/** Events beyond what a rate per request explains; 0 where something is not known. */
export function excessOver({ requests, value }: ServicePoints, rate: number): Points {
  return value.map((each, at) => known((each - rate) * requests[at]!));
}

/** This many missing points in a row are taken for a gap in the measurement; more for something that was not there. */
const LONGEST_GAP = 2;

/** A table whose short gaps are filled. */
export const withoutGaps = (table: SeriesTable): SeriesTable =>
  new Map(
    [...table].map(([service, { requests, value }]) => [
      service,
      { requests: filled(requests), value: filled(value) },
    ]),
  );

/** The points with short gaps filled, linearly between the neighbours that are known, at an end with the nearest. */
export function filled(points: Points): Points {
  const all = points.slice();
  for (let from = 0; from < all.length; from++) {
    if (!Number.isNaN(all[from])) continue;
    let to = from;
    while (to < all.length && Number.isNaN(all[to])) to++;
    const [before, after] = [all[from - 1] ?? all[to], all[to] ?? all[from - 1]];
    if (to - from <= LONGEST_GAP && before !== undefined && after !== undefined)
      for (let at = from; at < to; at++)
        all[at] = before + ((after - before) * (at - from + 1)) / (to - from + 1);
    from = to;
  }
  return all;
}

export const known = (value: number): number => (Number.isNaN(value) ? 0 : value);

export const sumOf = (points: Points): number => points.reduce((sum, value) => sum + value, 0);
