import { type Cuboid, cuboidsOf, type TagSet, type TagTable, tagSetOf } from './table.ts';

/** What a measure that adds up over the leaves was, and what was forecast of it. */
export interface Forecast {
  readonly real: Float64Array;
  readonly predicted: Float64Array;
}

/** Sets found at most: one incident has few causes, and the search must end. */
const MOST_SETS = 16;
/** Nats beyond the price of having looked at every candidate. */
const MARGIN = 4;
/** How far a set must stand out of what the other direction shows by chance. */
const MIRROR_MARGIN = 1.3;
/** A normal distribution's standard deviation to its median absolute deviation. */
const NORMAL_MAD = 1.4826;

/**
 * The tag sets whose leaves left their forecasts together, by greedy peeling of a Gaussian scan statistic: the shift of a set
 * is as likely as `n·mean²/2` of its leaves' standardised deviations says, which is largest for exactly the leaves that
 * shifted. How large it gets by chance is read off the deviations themselves: an incident goes in one direction, so the
 * largest value of the other direction, in the same cuboid, is a draw of what noise does there (a mirror statistic, as knockoffs
 * use them: Barber and Candès 2015). No distribution of the noise has to be assumed for that.
 */
export function scanForecast(table: TagTable, forecast: Forecast): TagSet[] {
  const deviation = standardised(forecast);
  const cuboids = cuboidsOf(table, table.tags.length);
  const price = Math.log(cuboids.reduce((all, { groups }) => all + groups, 0)) + MARGIN;
  const first = cuboids.map((cuboid) => peaks(cuboid, deviation));
  const direction =
    Math.max(...first.map(({ up }) => up.likelihood)) >= Math.max(...first.map(({ down }) => down.likelihood))
      ? 'up'
      : 'down';
  const mirrored = direction === 'up' ? 'down' : 'up';
  const least = first.map((peak) => Math.max(price, MIRROR_MARGIN * peak[mirrored].likelihood));

  const found: TagSet[] = [];
  while (found.length < MOST_SETS) {
    let best: { cuboid: Cuboid; peak: Peak } | null = null;
    for (const [at, cuboid] of cuboids.entries()) {
      const peak = (found.length === 0 ? first[at]! : peaks(cuboid, deviation))[direction];
      if (peak.likelihood >= least[at]! && peak.likelihood > (best?.peak.likelihood ?? 0))
        best = { cuboid, peak };
    }
    if (best === null) break;
    const { cuboid, peak } = best;
    found.push(tagSetOf(table, cuboid, peak.group));
    for (let i = 0; i < table.size; i++) if (cuboid.group[i] === peak.group) deviation[i] = Number.NaN;
  }
  return found;
}

interface Peak {
  readonly group: number;
  readonly likelihood: number;
}

/** The group of a cuboid that shifted most, in each direction. A leaf that is not a number has been explained. */
function peaks({ group, groups }: Cuboid, deviation: Float64Array): { up: Peak; down: Peak } {
  const sums = new Float64Array(groups);
  const counts = new Uint32Array(groups);
  for (let i = 0; i < deviation.length; i++) {
    const value = deviation[i]!;
    if (Number.isNaN(value)) continue;
    sums[group[i]!]! += value;
    counts[group[i]!]!++;
  }
  let up: Peak = { group: -1, likelihood: 0 };
  let down = up;
  for (let at = 0; at < groups; at++) {
    if (counts[at] === 0) continue;
    const likelihood = (sums[at]! * sums[at]!) / (2 * counts[at]!);
    if (sums[at]! > 0 && likelihood > up.likelihood * (1 + EQUAL)) up = { group: at, likelihood };
    else if (sums[at]! < 0 && likelihood > down.likelihood * (1 + EQUAL)) down = { group: at, likelihood };
  }
  return { up, down };
}

/** Likelihoods closer than this are the same leaves added up in another order: the shorter name stays. */
const EQUAL = 1e-9;

/** Relative deviations in units of their robust spread; not a number where there is nothing to deviate from. */
function standardised({ real, predicted }: Forecast): Float64Array {
  const deviation = Float64Array.from(real, (value, i) => {
    const sum = value + predicted[i]!;
    return sum > 0 ? (2 * (predicted[i]! - value)) / sum : Number.NaN;
  });
  const known = deviation.filter((value) => !Number.isNaN(value));
  const middle = median(known);
  const spread = NORMAL_MAD * median(known.map((value) => Math.abs(value - middle))) + 1e-9;
  return deviation.map((value) => value / spread);
}

function median(values: Float64Array): number {
  if (values.length === 0) return 0;
  return values.slice().sort()[values.length >> 1]!;
}
