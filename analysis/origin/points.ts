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

export const known = (value: number): number => (Number.isNaN(value) ? 0 : value);

export const sumOf = (points: Points): number => points.reduce((sum, value) => sum + value, 0);
