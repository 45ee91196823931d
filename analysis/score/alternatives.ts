import {
  ENOUGH_ALL_BAD,
  ENOUGH_BAD,
  ENOUGH_EVENTS,
  SHARE_FACTOR,
  TIME_FACTOR,
  TIME_FLOOR_MICROS,
} from '../thresholds.ts';
import type { Expectation } from './baseline.ts';
import type { Channel } from './channels.ts';
import { lnCountRatio, lnLevelRatio, lnShareRatio } from './likelihood.ts';

/** Traffic that doubles or halves is worth a word; less is the day's drift. */
export const TRAFFIC_FACTOR = 2;
/** The larger of two alternatives, for what breaks at once: times of three such steps, a sixfold rate, nearly nothing. */
const STEEP_LEVEL = 3;
const STEEP_TRAFFIC = 6;
const NEARLY_NOTHING = 0.05;
/**
 * The null is every rate up to this many standard deviations of the baseline above it (99 %, one-sided): the likelihood
 * ratios grow with the rate, so the least favourable of them is the bound, and the uncertainty of a thin past can
 * never add up step by step to evidence against it.
 */
const BOUND = 2.33;
const LARGEST_RATE = 0.995;
/** Precision of a rate that could be anything. */
const LEAST_WEIGHT = 1e-3;
/** More events of a step are thinned to this many: the over-dispersion, not their number, decides by then. */
const MOST_EVENTS = 1e6;

/** What one step says, written into and read at once. */
export interface Reading {
  /** Bad and total; sum of logarithms and count; events and 1. */
  bad: number;
  total: number;
}

/**
 * The rate of a channel under an alternative: a mild one at the least effect that matters, so that smaller shifts drive the
 * evidence down, not up, and a steep one for what breaks at once. NaN where nothing can be worse.
 */
export function alternativeOf(channel: Channel, usual: Expectation, steep: boolean): number {
  const bound = boundOf(channel, usual);
  switch (channel.family) {
    case 'share':
    case 'slow': {
      const mild = Math.max(bound * SHARE_FACTOR, bound + channel.floor);
      if (mild >= 1) return Number.NaN;
      return steep ? Math.sqrt(mild) : mild;
    }
    case 'level':
      return bound + (steep ? STEEP_LEVEL : 1) * leastShift(bound);
    case 'more':
      return bound * (steep ? STEEP_TRAFFIC : TRAFFIC_FACTOR);
    case 'less':
      return steep ? bound * NEARLY_NOTHING : bound / TRAFFIC_FACTOR;
  }
}

/** The rate seen since an onset as an alternative: never nearer to the baseline than what matters. */
export function alternativeNear(channel: Channel, usual: Expectation, seen: number): number {
  const mild = alternativeOf(channel, usual, false);
  if (channel.family === 'less') {
    return Math.min(mild, Math.max(seen, boundOf(channel, usual) * NEARLY_NOTHING));
  }
  const most =
    channel.family === 'share' || channel.family === 'slow' ? LARGEST_RATE : Number.POSITIVE_INFINITY;
  return Math.max(mild, Math.min(most, seen));
}

/** ln of the likelihood ratio of a step: an alternative rate against the least favourable of the usual ones. */
export function lnRatio(
  channel: Channel,
  { bad, total }: Reading,
  usual: Expectation,
  alternative: number,
): number {
  const bound = boundOf(channel, usual);
  switch (channel.family) {
    case 'share':
    case 'slow': {
      const scale = total > MOST_EVENTS ? MOST_EVENTS / total : 1;
      const weight = Math.max(LEAST_WEIGHT, 1 / usual.dispersion - 1);
      return lnShareRatio(Math.round(bad * scale), Math.round(total * scale), bound, alternative, weight);
    }
    case 'level':
      return lnLevelRatio(bad / total - bound, alternative - bound, usual.within / total + usual.dispersion);
    case 'more':
    case 'less':
      return lnCountRatio(bad, bound, alternative, usual.dispersion);
  }
}

/** Whether a step lies on the side of the alternatives at all; most do not, and nothing need be worked out for them. */
export function isBeyond({ family }: Channel, { bad, total }: Reading, { mean }: Expectation): boolean {
  return family === 'less' ? bad < mean : bad > total * mean;
}

function boundOf({ family }: Channel, { mean, error }: Expectation): number {
  switch (family) {
    case 'share':
    case 'slow':
      return Math.min(LARGEST_RATE, mean + BOUND * error);
    case 'level':
    case 'more':
      return mean + BOUND * error;
    case 'less':
      return Math.max(mean - BOUND * error, mean * NEARLY_NOTHING);
  }
}

/** The least rise of a mean logarithm of microseconds that matters: by a factor, and by milliseconds somebody feels. */
function leastShift(mean: number): number {
  return Math.max(Math.log(TIME_FACTOR), Math.log1p(TIME_FLOOR_MICROS * Math.exp(-mean)));
}

/** Whether what came together since the onset is enough, and far enough from the baseline, to be told. */
export function isLarge(channel: Channel, since: Reading, usual: Expectation): boolean {
  const { bad, total } = since;
  switch (channel.family) {
    case 'share':
    case 'slow': {
      if (bad < ENOUGH_BAD) return false;
      if (total < ENOUGH_EVENTS && !(bad === total && bad >= ENOUGH_ALL_BAD)) return false;
      const rate = bad / total;
      return rate - usual.mean >= channel.floor && rate >= usual.mean * SHARE_FACTOR;
    }
    case 'level':
      return total >= ENOUGH_EVENTS && bad / total - usual.mean >= leastShift(usual.mean);
    case 'more':
      return bad >= ENOUGH_EVENTS && bad / total >= usual.mean * TRAFFIC_FACTOR;
    case 'less':
      return usual.mean * total >= ENOUGH_EVENTS && bad / total <= usual.mean / TRAFFIC_FACTOR;
  }
}

/** Standardised residual of a step: sampling, over-dispersion and the error of the baseline together. */
export function residual(family: Channel['family'], { bad, total }: Reading, usual: Expectation): number {
  const { mean, error, dispersion } = usual;
  switch (family) {
    case 'share':
    case 'slow': {
      const spread = total * mean * (1 - mean) * (1 + (total - 1) * dispersion);
      return (bad - total * mean) / Math.sqrt(spread + (total * error) ** 2);
    }
    case 'level':
      return (bad / total - mean) / Math.sqrt(usual.within / total + dispersion + error * error);
    case 'more':
    case 'less':
      return (bad - mean) / Math.sqrt(mean + mean * mean * dispersion + error * error);
  }
}
