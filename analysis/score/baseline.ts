import {
  BAD,
  DAY_VARIANCE,
  SEASONS,
  SERIAL,
  SERIAL_BASE,
  SPREAD,
  SPREAD_BASE,
  STEPS,
  TOTAL,
  WEEK_VARIANCE,
  WITHIN,
} from './cells.ts';
import type { Channel } from './channels.ts';
import { DAYS, HOURS_OF_DAY } from './hours.ts';
import type { Pages } from './pages.ts';
import type { Pool } from './profile.ts';

/** Events that the rate of all edges together weighs as much as. */
const RATE_PRIOR_EVENTS = 10;
/** Jeffreys' half event: a rate of which no bad event was ever seen is small, not zero. */
const HALF = 0.5;
/** Steps that the over-dispersion of all edges, and the serial correlation of all, weigh as much as. */
const DISPERSION_PRIOR_STEPS = 8;
const SERIAL_PRIOR_STEPS = 60;
/** Longer memory than this makes even a lasting shift invisible; a channel that has it is followed by its level anyway. */
const MOST_MEMORY = 10;
/** Correlation beyond this says nothing about a rate any more. */
const MOST_DISPERSION = 0.5;

/** What is expected of one channel of one edge at an hour. Written into and read at once: nothing is allocated per cell. */
export interface Expectation {
  /** Rate of bad events; mean logarithm; events a step. */
  mean: number;
  /** Standard deviation of that mean: how well the baseline is known. */
  error: number;
  /** Over-dispersion of a step. */
  dispersion: number;
  /** Variance of the logarithm within a step (levels). */
  within: number;
  /** Steps over which residuals hang together, 1 where they are independent. */
  memory: number;
}

export function newExpectation(): Expectation {
  return { mean: 0, error: 0, dispersion: 0, within: 0, memory: 1 };
}

/**
 * The frozen baseline of a cell in a slot of the week: all hours, then the hour of the day, then the hour of the week,
 * each shrunk towards the one before by as much as hours of that kind were seen to differ (empirical Bayes, a normal
 * hierarchy: Efron and Morris 1975). An hour that was never seen is expected like the others, but known less well.
 */
export function expect(
  cells: Float32Array,
  at: number,
  channel: Channel,
  pool: Pool,
  seasons: Pages,
  slot: number,
  out: Expectation,
): void {
  const { family, leastDispersion } = channel;
  const total = cells[at + TOTAL]!;
  const steps = cells[at + STEPS]!;
  const counted = family === 'share' || family === 'slow';
  const all = counted
    ? (cells[at + BAD]! + RATE_PRIOR_EVENTS * pool.rate + HALF) / (total + RATE_PRIOR_EVENTS + 1)
    : (cells[at + BAD]! + (family === 'level' ? 0 : HALF)) / Math.max(1, total);
  const base = cells[at + SPREAD_BASE]!;
  const own = base > 0 ? Math.max(0, cells[at + SPREAD]! / base) : 0;
  const assumed = family === 'share' ? Math.min(all, channel.priorDispersion) : channel.priorDispersion;
  const prior = Math.max(pool.dispersion, assumed);
  const dispersion = (steps * own + DISPERSION_PRIOR_STEPS * prior) / (steps + DISPERSION_PRIOR_STEPS);
  out.dispersion = Math.max(leastDispersion, counted ? Math.min(MOST_DISPERSION, dispersion) : dispersion);
  out.within = cells[at + WITHIN]!;
  out.memory = memoryOf(cells, at, pool.serial);

  // Variance of the rate of one event (or step) in a mean over steps: over-dispersion and memory make events fewer than they are.
  const size = steps > 0 ? total / steps : 1;
  const unit = out.memory * unitVariance(family, all, size, out);
  seasonal(cells, at, channel, seasons, slot, all, unit, out);
}

/** Between successive steps, lag one: an autoregressive memory of (1 + r) / (1 - r) steps. */
function memoryOf(cells: Float32Array, at: number, pooled: number): number {
  const base = cells[at + SERIAL_BASE]! + SERIAL_PRIOR_STEPS;
  const r = Math.min(0.99, Math.max(0, (cells[at + SERIAL]! + SERIAL_PRIOR_STEPS * pooled) / base));
  return Math.min(MOST_MEMORY, (1 + r) / (1 - r));
}

/** Variance of the rate of a single event (or step) of steps of `size` events. */
export function unitVariance(
  family: Channel['family'],
  mean: number,
  size: number,
  out: Expectation,
): number {
  switch (family) {
    case 'share':
    case 'slow':
      return mean * (1 - mean) * (1 + Math.max(0, size - 1) * out.dispersion);
    case 'level':
      return out.within + size * out.dispersion;
    case 'more':
    case 'less':
      return mean + mean * mean * out.dispersion;
  }
}

function seasonal(
  cells: Float32Array,
  at: number,
  { family, priorSeason }: Channel,
  seasons: Pages,
  slot: number,
  all: number,
  unit: number,
  out: Expectation,
): void {
  const allVariance = unit / Math.max(1, cells[at + TOTAL]!);
  const page = cells[at + SEASONS]!;
  out.mean = all;
  out.error = Math.sqrt(allVariance);
  if (page === 0) return;
  const { data } = seasons;
  const start = seasons.start(page);
  const unseen = (family === 'level' ? priorSeason : priorSeason * all) ** 2;

  let bad = 0;
  let total = 0;
  for (let day = 0, i = start + 2 * (slot % HOURS_OF_DAY); day < DAYS; day++, i += 2 * HOURS_OF_DAY) {
    bad += data[i]!;
    total += data[i + 1]!;
  }
  const dayVariance = cells[at + DAY_VARIANCE]! > 0 ? cells[at + DAY_VARIANCE]! : unseen;
  let precision = 1 / Math.max(Number.MIN_VALUE, dayVariance + allVariance);
  let weight = total / unit;
  let mean = (precision * all + bad / unit) / (precision + weight);
  let variance = 1 / (precision + weight);

  const weekVariance = cells[at + WEEK_VARIANCE]!;
  if (weekVariance > 0) {
    const i = start + 2 * slot;
    precision = 1 / (weekVariance + variance);
    weight = data[i + 1]! / unit;
    mean = (precision * mean + data[i]! / unit) / (precision + weight);
    variance = 1 / (precision + weight);
  }
  out.mean = mean;
  out.error = Math.sqrt(variance);
}
