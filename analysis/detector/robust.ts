/** The q-th quantile of ascending numbers, interpolated; NaN for none. */
export function quantileOf(ascending: ArrayLike<number>, q: number): number {
  const place = q * (ascending.length - 1);
  const below = ascending[Math.floor(place)] ?? Number.NaN;
  const above = ascending[Math.ceil(place)] ?? below;
  return below + (place - Math.floor(place)) * (above - below);
}

/** The median; reorders nothing of the caller's. NaN for none. */
export const medianOf = (values: Float64Array): number => quantileOf(Float64Array.from(values).sort(), 0.5);

export function deviationOf(values: Float64Array): number {
  const mean = sum(values) / values.length;
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / values.length);
}

/** Median absolute deviation to standard deviation, of a normal distribution. */
const MAD_TO_SIGMA = 1.4826;
/**
 * The scale is at least this share of the standard deviation. For a normal distribution both agree; the floor holds where more
 * than nine tenths of the variance sit in rare values and the median deviation may be 0.
 */
const SCALE_FLOOR = 0.3;

/** Where the bulk of the values lies, and how wide; the scale of values that never differ is 1. */
export function locationAndScale(values: Float64Array): {
  readonly location: number;
  readonly scale: number;
} {
  const location = medianOf(values);
  const mad = MAD_TO_SIGMA * medianOf(values.map((value) => Math.abs(value - location)));
  return { location, scale: Math.max(mad, SCALE_FLOOR * deviationOf(values)) || 1 };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
