import { ENOUGH_EVENTS } from '../thresholds.ts';
import { expect, newExpectation, unitVariance } from './baseline.ts';
import {
  BAD,
  HISTOGRAM,
  SEASONS,
  SERIAL,
  SERIAL_BASE,
  SPREAD,
  SPREAD_BASE,
  STEPS,
  THRESHOLD,
  TOTAL,
} from './cells.ts';
import { CHANNELS } from './channels.ts';
import { countAboveIn, countIn, HISTOGRAM_SIZE, slowAboveIn } from './coarse.ts';
import { endBlock, fade, forgetPast, releaseEvents } from './learn.ts';
import type { Profile } from './profile.ts';
import { learnSeason } from './season.ts';
import { HOURLY_KEPT, LEAST_STEPS, WEEKLY_FROM_MICROS, WEEKLY_KEPT } from './settings.ts';

/** Slow is defined anew when the past's idea of it moved by more than a quarter (buckets of the edge table). */
const MOVED_BUCKETS = 4;

/** A season is estimated again every so many hours, a part of the edges each hour: it is the dear part of a turn. */
const SEASON_EVERY_HOURS = 6;
const HOUR_MICROS = 3_600_000_000;

export interface Turn {
  /** Slots of the week of the block that ended and of the one that begins. */
  readonly ended: number;
  readonly begun: number;
  /** Whether a new hour begins. */
  readonly hour: boolean;
  /** Microseconds of past. */
  readonly age: number;
  readonly isOpen: (cell: number) => boolean;
}

/**
 * Between two blocks: what was quiet becomes past, thresholds of slowness settle, and what all edges share is summed.
 * With a new hour the past fades a little and the rhythm of days and weeks is estimated again.
 */
export function turn(profile: Profile, { ended, begun, hour, age, isOpen }: Turn): void {
  const { cells, seasons } = profile;
  for (const [index, channel] of CHANNELS.entries()) {
    const sum = { bad: 0, total: 0, spread: 0, base: 0, serial: 0, serialBase: 0 };
    for (let row = 0; row < profile.size; row++) {
      const at = profile.cell(row, index);
      if (hour && isOpen(at)) releaseEvents(cells, at);
      endBlock(cells, at, seasons, ended);
      if (channel.family === 'slow' && !isOpen(at)) settleThreshold(profile, at, ended);
      sum.bad += cells[at + BAD]!;
      sum.total += cells[at + TOTAL]!;
      sum.spread += cells[at + SPREAD]!;
      sum.base += cells[at + SPREAD_BASE]!;
      sum.serial += cells[at + SERIAL]!;
      sum.serialBase += cells[at + SERIAL_BASE]!;
    }
    const pool = profile.pools[index]!;
    pool.rate = sum.total > 0 ? sum.bad / sum.total : 0;
    pool.dispersion = sum.base > 0 ? Math.max(0, sum.spread / sum.base) : 0;
    pool.serial = sum.serialBase > 0 ? Math.max(0, sum.serial / sum.serialBase) : 0;
    if (hour) newHour(profile, index, begun, age, Math.floor(age / HOUR_MICROS));
  }
  if (hour) fadeHistograms(profile);
}

function newHour(profile: Profile, index: number, slot: number, age: number, hours: number): void {
  const { cells, seasons, pools } = profile;
  const channel = CHANNELS[index]!;
  const usual = newExpectation();
  for (let row = 0; row < profile.size; row++) {
    const at = profile.cell(row, index);
    const due = (row + hours) % SEASON_EVERY_HOURS === 0;
    if (due && cells[at + SEASONS]! > 0 && cells[at + STEPS]! > 0) {
      expect(cells, at, channel, pools[index]!, seasons, slot, usual);
      const all = cells[at + BAD]! / Math.max(1, cells[at + TOTAL]!);
      const size = cells[at + TOTAL]! / cells[at + STEPS]!;
      const unit = usual.memory * unitVariance(channel.family, all, size, usual);
      learnSeason(cells, at, channel, seasons, all, unit, age >= WEEKLY_FROM_MICROS);
    }
    fade(cells, at, HOURLY_KEPT, seasons, slot, age >= WEEKLY_FROM_MICROS / 2 ? WEEKLY_KEPT : 1);
  }
}

/** Takes the threshold of slowness from the past, and what exceeded it from the same. */
function settleThreshold(profile: Profile, at: number, slot: number): void {
  const { cells, histograms, seasons } = profile;
  const page = cells[at + HISTOGRAM]!;
  if (page === 0) return;
  const start = histograms.start(page);
  const total = countIn(histograms.data, start);
  if (total < ENOUGH_EVENTS) return;
  const found = slowAboveIn(histograms.data, start);
  if (found === null) return;
  const known = cells[at + THRESHOLD]! - 1;
  if (known >= 0 && Math.abs(found - known) < MOVED_BUCKETS) return;
  const steps = cells[at + STEPS]!;
  forgetPast(cells, at, seasons);
  cells[at + THRESHOLD] = found + 1;
  cells[at + BAD] = countAboveIn(histograms.data, start, found);
  cells[at + TOTAL] = total;
  cells[at + STEPS] = Math.max(LEAST_STEPS, steps);
  if (cells[at + BAD]! === 0) return;
  cells[at + SEASONS] = seasons.take();
  if (cells[at + SEASONS] === 0) return;
  const i = seasons.start(cells[at + SEASONS]!) + 2 * slot;
  seasons.data[i] = cells[at + BAD]!;
  seasons.data[i + 1] = total;
}

function fadeHistograms({ histograms }: Profile): void {
  const end = histograms.count * HISTOGRAM_SIZE;
  for (let i = 0; i < end; i++) histograms.data[i]! *= HOURLY_KEPT;
}
