import type { Expectation } from './baseline.ts';
import {
  BAD,
  BLOCK_BAD,
  BLOCK_STEPS,
  BLOCK_TOTAL,
  HELD_BAD,
  HELD_SERIAL,
  HELD_SERIAL_BASE,
  HELD_SPREAD,
  HELD_SPREAD_BASE,
  HELD_STEPS,
  HELD_TOTAL,
  LAST_Z,
  SEASONS,
  SERIAL,
  SERIAL_BASE,
  SPREAD,
  SPREAD_BASE,
  STEPS,
  TOTAL,
  WITHIN,
} from './cells.ts';
import type { Channel } from './channels.ts';
import type { Pages } from './pages.ts';
import type { StepReading } from './read.ts';

/** Residuals count in the serial correlation up to this size: one spike must not pass for a lasting wander. */
const LARGEST_Z = 4;

/** Puts a step aside: it becomes past when nothing speaks against it any more. */
export function hold(cells: Float32Array, at: number, { bad, total }: StepReading): void {
  cells[at + HELD_BAD]! += bad;
  cells[at + HELD_TOTAL]! += total;
  cells[at + HELD_STEPS]! += 1;
}

/** What the step shows of how steps scatter around what was expected of them. */
export function holdScatter(
  cells: Float32Array,
  at: number,
  { family }: Channel,
  { bad, total }: StepReading,
  { mean, within }: Expectation,
  z: number,
): void {
  if (family === 'share' || family === 'slow') {
    const binomial = mean * (1 - mean);
    cells[at + HELD_SPREAD]! += (bad - total * mean) ** 2 - total * binomial;
    cells[at + HELD_SPREAD_BASE]! += total * (total - 1) * binomial;
  } else if (family === 'level') {
    cells[at + HELD_SPREAD]! += (bad / total - mean) ** 2 - within / total;
    cells[at + HELD_SPREAD_BASE]! += 1;
  } else {
    cells[at + HELD_SPREAD]! += (bad - mean) ** 2 - mean;
    cells[at + HELD_SPREAD_BASE]! += mean * mean;
  }
  const bounded = Math.max(-LARGEST_Z, Math.min(LARGEST_Z, z));
  cells[at + HELD_SERIAL]! += bounded * cells[at + LAST_Z]!;
  cells[at + HELD_SERIAL_BASE]! += bounded * bounded;
  cells[at + LAST_Z] = bounded;
}

/** Sampling variance of the logarithm, a running mean over events. */
export function learnWithin(cells: Float32Array, at: number, { total, within }: StepReading): void {
  if (Number.isNaN(within)) return;
  const known = cells[at + TOTAL]! + cells[at + BLOCK_TOTAL]! + cells[at + HELD_TOTAL]!;
  cells[at + WITHIN]! += ((within - cells[at + WITHIN]!) * total) / Math.max(total, known);
}

/** Nothing speaks against what was held: it is quiet, and past when the block ends. */
export function release(cells: Float32Array, at: number): void {
  if (cells[at + HELD_STEPS] === 0) return;
  cells[at + BLOCK_BAD]! += cells[at + HELD_BAD]!;
  cells[at + BLOCK_TOTAL]! += cells[at + HELD_TOTAL]!;
  cells[at + BLOCK_STEPS]! += cells[at + HELD_STEPS]!;
  cells[at + SPREAD]! += cells[at + HELD_SPREAD]!;
  cells[at + SPREAD_BASE]! += cells[at + HELD_SPREAD_BASE]!;
  cells[at + SERIAL]! += cells[at + HELD_SERIAL]!;
  cells[at + SERIAL_BASE]! += cells[at + HELD_SERIAL_BASE]!;
  discard(cells, at);
}

/** What was held belongs to an anomaly: it never becomes past. */
export function discard(cells: Float32Array, at: number): void {
  cells.fill(0, at + HELD_BAD, at + HELD_SERIAL_BASE + 1);
}

/**
 * What was held belongs to an anomaly of traffic. More or fewer questions are no fault, and what comes at its hour every
 * night is to be known by the second: when it is over, or its hour is, the events become past; how they scatter does not.
 */
export function releaseEvents(cells: Float32Array, at: number): void {
  cells.fill(0, at + HELD_SPREAD, at + HELD_SERIAL_BASE + 1);
  release(cells, at);
}

/** The block is over: its quiet events are past now, also of its slot of the week. */
export function endBlock(cells: Float32Array, at: number, seasons: Pages, slot: number): void {
  if (cells[at + BLOCK_STEPS] === 0) return;
  const bad = cells[at + BLOCK_BAD]!;
  const total = cells[at + BLOCK_TOTAL]!;
  // A share of which nothing bad was ever seen has no season.
  if (cells[at + SEASONS] === 0 && bad !== 0) cells[at + SEASONS] = seasons.take();
  const page = cells[at + SEASONS]!;
  if (page > 0) {
    const i = seasons.start(page) + 2 * slot;
    seasons.data[i]! += bad;
    seasons.data[i + 1]! += total;
  }
  cells[at + BAD]! += bad;
  cells[at + TOTAL]! += total;
  cells[at + STEPS]! += cells[at + BLOCK_STEPS]!;
  cells.fill(0, at + BLOCK_BAD, at + BLOCK_STEPS + 1);
}

/** The older, the less it counts: once an hour over all hours, once a week for the slot that begins. */
export function fade(
  cells: Float32Array,
  at: number,
  hourly: number,
  seasons: Pages,
  slot: number,
  weekly: number,
): void {
  for (let i = at + BAD; i <= at + SERIAL_BASE; i++) cells[i]! *= hourly;
  const page = cells[at + SEASONS]!;
  if (page === 0) return;
  const i = seasons.start(page) + 2 * slot;
  seasons.data[i]! *= weekly;
  seasons.data[i + 1]! *= weekly;
}

/** A new usual: what was known is forgotten. */
export function forgetPast(cells: Float32Array, at: number, seasons: Pages): void {
  seasons.give(cells[at + SEASONS]!);
  cells[at + SEASONS] = 0;
  cells.fill(0, at + BAD, at + HELD_SERIAL_BASE + 1);
}
