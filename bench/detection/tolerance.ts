import { autocorrelation, peaks } from '../../analysis/index.ts';

/** What TSB-AD takes where a series has no period it accepts. */
const WITHOUT_PERIOD = 125;
const LARGEST_LAG = 400;
const POINTS_READ = 20_000;
/** Lags below are not looked at; periods of less than twice that, or 300 lags beyond it, are not accepted. */
const FIRST_LAG = 3;

/** The tolerance VUS-PR is averaged up to: the period of the series, where its autocorrelation has the highest peak. */
export function toleranceOf(values: Float64Array): number {
  const read = values.subarray(0, POINTS_READ);
  const lags = Math.min(LARGEST_LAG, read.length - 1);
  const [period = 0] = peaks(autocorrelation(read, lags), FIRST_LAG + 1);
  return period < 2 * FIRST_LAG || period > 300 + FIRST_LAG ? WITHOUT_PERIOD : period;
}
