/** Middle of some numbers and where their middle half lies. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spreadOf(numbers: readonly number[]): Spread {
  return {
    median: quantileOf(numbers, 0.5),
    low: quantileOf(numbers, 0.25),
    high: quantileOf(numbers, 0.75),
  };
}

/** Linear between the two nearest; `NaN` of nothing. */
export function quantileOf(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Slope of the straight line through the points, least squares. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (pick: (point: readonly [number, number]) => number) =>
    points.reduce((so, point) => so + pick(point), 0) / points.length;
  const [x, y] = [mean((point) => point[0]), mean((point) => point[1])];
  const covariance = points.reduce((so, point) => so + (point[0] - x) * (point[1] - y), 0);
  const variance = points.reduce((so, point) => so + (point[0] - x) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance;
}
