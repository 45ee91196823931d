import { chiSquareTail } from './special.ts';

/** A robust straight line through points, and how sure its slope is. */
export interface Trend {
  /** Per unit of x. */
  readonly slope: number;
  /** 95 % interval of the slope. */
  readonly low: number;
  readonly high: number;
  /** Value of the line at x. */
  readonly at: (x: number) => number;
  /** Chance of as clear a trend, up or down, where there is none. */
  readonly p: number;
}

/** Fewer points than this show no trend. */
export const ENOUGH_POINTS = 8;
/** More are thinned evenly: all pairs are looked at. */
const MOST_POINTS = 400;
const Z95 = 1.959963984540054;

/**
 * Theil's slope with Sen's interval (1968) and Kendall's test. Points of a level that drifts resemble their neighbours, and look like
 * a trend much too often: the variance is inflated by the first autocorrelation of the residuals (effective sample size, Yue and Wang
 * 2004), which is corrected for its bias in short series. `null` for too few points.
 */
export function trendOf(x: readonly number[], y: readonly number[]): Trend | null {
  const step = Math.max(1, Math.ceil(x.length / MOST_POINTS));
  const xs = x.filter((_, i) => (x.length - 1 - i) % step === 0);
  const ys = y.filter((_, i) => (y.length - 1 - i) % step === 0);
  const n = xs.length;
  if (n < ENOUGH_POINTS) return null;
  const slopes: number[] = [];
  let kendall = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      if (xs[j] === xs[i]) continue;
      const slope = (ys[j]! - ys[i]!) / (xs[j]! - xs[i]!);
      slopes.push(slope);
      kendall += Math.sign(slope);
    }
  }
  if (slopes.length === 0) return null;
  slopes.sort((a, b) => a - b);
  const slope = middle(slopes);
  const intercept = middle(xs.map((each, i) => ys[i]! - slope * each).sort((a, b) => a - b));
  const variance = kendallVariance(ys) * inflation(xs.map((each, i) => ys[i]! - slope * each - intercept));
  const spread = Z95 * Math.sqrt(variance);
  const rank = (place: number) => slopes[Math.max(0, Math.min(slopes.length - 1, Math.round(place)))]!;
  return {
    slope,
    low: rank((slopes.length - spread) / 2 - 1),
    high: rank((slopes.length + spread) / 2),
    at: (where) => intercept + slope * where,
    p: variance === 0 ? 1 : chiSquareTail(Math.max(0, Math.abs(kendall) - 1) ** 2 / variance, 1),
  };
}

/** Variance of Kendall's sum without a trend; ties take from it. */
function kendallVariance(values: readonly number[]): number {
  const n = values.length;
  const ties = new Map<number, number>();
  for (const value of values) ties.set(value, (ties.get(value) ?? 0) + 1);
  let sum = n * (n - 1) * (2 * n + 5);
  for (const t of ties.values()) sum -= t * (t - 1) * (2 * t + 5);
  return sum / 18;
}

function inflation(residuals: readonly number[]): number {
  const n = residuals.length;
  let [own, next] = [0, 0];
  for (let i = 0; i < n; i++) {
    own += residuals[i]! ** 2;
    if (i > 0) next += residuals[i]! * residuals[i - 1]!;
  }
  if (own === 0) return 1;
  // The autocorrelation around a fitted line is too small by about (2 + 4 rho) / n.
  const rho = Math.min(0.98, Math.max(0, ((next / own) * n + 2) / (n - 4)));
  return (1 + rho) / (1 - rho);
}

function middle(ascending: readonly number[]): number {
  const at = (ascending.length - 1) / 2;
  return (ascending[Math.floor(at)]! + ascending[Math.ceil(at)]!) / 2;
}
