import { alternativeOf, isBeyond, isLarge, lnRatio, type Reading } from './alternatives.ts';
import type { Expectation } from './baseline.ts';
import {
  ALTERNATIVE,
  ALTERNATIVE_WIDTH,
  ALTERNATIVES,
  BEGAN,
  EVIDENCE,
  SINCE_BAD,
  SINCE_TOTAL,
} from './cells.ts';
import type { Channel } from './channels.ts';

/** Evidence is bounded: e^500 is past all belief, and 32-bit sums stay finite. */
export const MOST_EVIDENCE = 500;
/** Each alternative starts with an equal share of the wealth. */
const LN_SHARE = -Math.log(ALTERNATIVES);

/**
 * Adds a step to the evidence of a cell: one CUSUM of likelihood ratios per alternative (Page 1954; Lorden 1971), which is
 * an e-detector because each ratio has expectation 1 at most under the baseline, given the past (Shin, Ramdas and
 * Rinaldo 2024). Where a CUSUM last was at nothing is the most likely change point.
 *
 * Residuals that hang together over `memory` steps would count the same event again and again: the ratios are taken
 * to the power 1 / memory, the geometric mean of as many interleaved products, each of independent steps (Hölder).
 * A single step counts at most `most`: capped e-values are e-values, and one odd step opens nothing.
 *
 * @returns whether all evidence is gone
 */
export function gather(
  cells: Float32Array,
  at: number,
  channel: Channel,
  reading: Reading,
  usual: Expectation,
  step: number,
  most: number,
): boolean {
  if (mostEvidence(cells, at) === 0 && !isBeyond(channel, reading, usual)) return true;
  let gone = true;
  for (let j = 0, i = at + ALTERNATIVE; j < ALTERNATIVES; j++, i += ALTERNATIVE_WIDTH) {
    const alternative = alternativeOf(channel, usual, j === 1);
    const ratio = lnRatio(channel, reading, usual, alternative) / usual.memory;
    const before = cells[i + EVIDENCE]!;
    // A ratio that is no number (a rate at its limit) says nothing.
    const after = before + (ratio < most ? ratio : ratio >= most ? most : 0);
    if (!(after > 0)) {
      cells[i + EVIDENCE] = 0;
      continue;
    }
    gone = false;
    if (before === 0) {
      cells[i + BEGAN] = step;
      cells[i + SINCE_BAD] = 0;
      cells[i + SINCE_TOTAL] = 0;
    }
    cells[i + EVIDENCE] = Math.min(MOST_EVIDENCE, after);
    cells[i + SINCE_BAD]! += reading.bad;
    cells[i + SINCE_TOTAL]! += reading.total;
  }
  return gone;
}

/** Place of the alternative with the most evidence that is also large enough to be told; -1 when none is. */
export function leading(
  cells: Float32Array,
  at: number,
  channel: Channel,
  usual: Expectation,
  since: Reading,
): number {
  let best = -1;
  for (let j = 0, i = at + ALTERNATIVE; j < ALTERNATIVES; j++, i += ALTERNATIVE_WIDTH) {
    if (cells[i + EVIDENCE]! <= 0) continue;
    if (best >= 0 && cells[i + EVIDENCE]! <= cells[best + EVIDENCE]!) continue;
    since.bad = cells[i + SINCE_BAD]!;
    since.total = cells[i + SINCE_TOTAL]!;
    if (isLarge(channel, since, usual)) best = i;
  }
  return best;
}

/** ln of the detector: the mixture of the alternatives is at least the share of the leading one. */
export function lnDetector(cells: Float32Array, leader: number): number {
  return cells[leader + EVIDENCE]! + LN_SHARE;
}

/** Most evidence of a cell, large enough to be told or not. */
export function mostEvidence(cells: Float32Array, at: number): number {
  return Math.max(
    cells[at + ALTERNATIVE + EVIDENCE]!,
    cells[at + ALTERNATIVE + ALTERNATIVE_WIDTH + EVIDENCE]!,
  );
}

export function forgetEvidence(cells: Float32Array, at: number): void {
  cells.fill(0, at + ALTERNATIVE, at + ALTERNATIVE + ALTERNATIVES * ALTERNATIVE_WIDTH);
}

/** Step in which the oldest evidence that is still there began. */
export function oldestEvidence(cells: Float32Array, at: number): number {
  let oldest = Number.POSITIVE_INFINITY;
  for (let j = 0, i = at + ALTERNATIVE; j < ALTERNATIVES; j++, i += ALTERNATIVE_WIDTH) {
    if (cells[i + EVIDENCE]! > 0) oldest = Math.min(oldest, cells[i + BEGAN]!);
  }
  return oldest;
}
