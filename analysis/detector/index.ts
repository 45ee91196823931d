import { evidenceAgainst } from './evidence.ts';
import { aboveLevel } from './level.ts';
import { locationAndScale } from './robust.ts';
import { seasonOf } from './season.ts';
import { triangularMean } from './smooth.ts';

/** The level forgets within a quarter of the past, so the past itself shows how far a level that is followed strays. */
const LEVEL_SHARE = 1 / 4;
/** Evidence is gathered over a sixth of the past: it then holds six such stretches to compare with. */
const WINDOW_SHARE = 1 / 6;

/**
 * Sizes below one scale are all the same: which of two ordinary values is further from the middle says nothing, and where most values
 * are equal (sparse events) it would rank the rounding of the level.
 */
const WITHIN_USUAL = 1;
/** Sums of squares of larger numbers are no numbers any more. */
const LARGEST = 1e150;

/** How many points after a point its score depends on, for a past of `trainLength` points. */
export const lookAhead = (trainLength: number): number => 2 * reachOf(trainLength);

const reachOf = (trainLength: number): number => Math.floor((trainLength * WINDOW_SHARE) / 4);

/**
 * A score for each point of a series: the higher, the less it and its surroundings fit the past. The season, the scale and the
 * tail are learnt from the first `trainLength` points and stay frozen; only the level is followed. Scores do not change when the series is
 * scaled or shifted, and depend on at most `lookAhead(trainLength)` later points. Total: any numbers, of any length; what is not
 * finite, or beyond 1e150, takes the value before it.
 *
 * The evidence of single points, -ln p, is gathered in two ways that are valid for opposite kinds of anomaly, and summed: its mean
 * (Fisher's combination: many slightly odd points) and the logarithm of the mean of p^-1/2 (an average of e-values: one very
 * odd point; Vovk and Wang 2021).
 *
 * @param values equidistant points
 * @param trainLength points at the beginning that are taken as quiet, at least 1
 */
export function anomalyScores(values: Float64Array, trainLength: number): Float64Array {
  if (values.length === 0) return new Float64Array();
  const train = trainOf(values, trainLength);
  return gathered(pointEvidence(residualsOf(values, train), train), train);
}

/** -ln p of each point: how little its size fits the sizes of the past. */
export function pointEvidence(residuals: Float64Array, trainLength: number): Float64Array {
  const train = trainOf(residuals, trainLength);
  const sizes = residuals.map((above) => Math.max(WITHIN_USUAL, Math.abs(above)));
  return sizes.map(evidenceAgainst(sizes.subarray(0, train)));
}

/** The evidence of single points gathered around each. */
export function gathered(evidence: Float64Array, trainLength: number): Float64Array {
  const reach = reachOf(trainOf(evidence, trainLength));
  const many = triangularMean(evidence, reach);
  const one = triangularMean(
    evidence.map((each) => Math.exp(each / 2)),
    reach,
  );
  return many.map((mean, i) => mean + Math.log(one[i]!));
}

/** What each point is above its season and level, in scales of the past. */
export const residualsOf = (values: Float64Array, trainLength: number): Float64Array =>
  values.length === 0 ? values : aboveUsual(finite(values), trainOf(values, trainLength));

const trainOf = (values: Float64Array, trainLength: number): number =>
  Math.max(1, Math.min(values.length, Math.floor(trainLength) || 1));

/** In scales of the past: season and level taken away. */
function aboveUsual(values: Float64Array, train: number): Float64Array {
  const { period, usual } = seasonOf(values.subarray(0, train));
  const rest = values.map((value, i) => value - usual[i % period]!);
  const { location, scale } = locationAndScale(rest.subarray(0, train));
  return aboveLevel(
    rest.map((value) => (value - location) / scale),
    train * LEVEL_SHARE,
  );
}

function finite(values: Float64Array): Float64Array {
  const usable = (value: number) => Math.abs(value) < LARGEST;
  let last = values.find(usable) ?? 0;
  return values.map((value) => {
    if (usable(value)) last = value;
    return last;
  });
}
