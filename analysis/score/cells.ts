/**
 * Everything known of one channel of one edge is one cell: `WIDTH` numbers side by side in one array, so that scoring it
 * touches two cache lines and saving it is copying. Events are `bad` and `total` of a share; of a level, sum of
 * logarithms and count; of traffic, events and steps.
 */
export const WIDTH = 32;

/** The past: bad, total, steps with events. */
export const BAD = 0;
export const TOTAL = 1;
export const STEPS = 2;
/** Sums whose ratio is the over-dispersion. */
export const SPREAD = 3;
export const SPREAD_BASE = 4;
/** Sums whose ratio is the serial correlation of standardised residuals. */
export const SERIAL = 5;
export const SERIAL_BASE = 6;
/** Variance within a step (levels only). */
export const WITHIN = 7;
/** Quiet events of the running block, which become past when it ends. */
export const BLOCK_BAD = 8;
export const BLOCK_TOTAL = 9;
export const BLOCK_STEPS = 10;
/** Events since some alternative began to gather evidence: past once it lost it, never if it won. */
export const HELD_BAD = 11;
export const HELD_TOTAL = 12;
export const HELD_STEPS = 13;
export const HELD_SPREAD = 14;
export const HELD_SPREAD_BASE = 15;
export const HELD_SERIAL = 16;
export const HELD_SERIAL_BASE = 17;
/** Standardised residual of the step before. */
export const LAST_Z = 18;
/** Two alternatives: ln of the CUSUM, step it began in, bad and total since then. */
export const ALTERNATIVE = 19;
export const ALTERNATIVES = 2;
export const ALTERNATIVE_WIDTH = 4;
export const EVIDENCE = 0;
export const BEGAN = 1;
export const SINCE_BAD = 2;
export const SINCE_TOTAL = 3;
/** Variance of the rate between hours of the day, and between the weeks' hours of one hour of the day. */
export const DAY_VARIANCE = 27;
export const WEEK_VARIANCE = 28;
/** Number of the page of seasons, of the histogram: 0 is none. */
export const SEASONS = 29;
export const HISTOGRAM = 30;
/** Last bucket that is not slow, plus 1: 0 while it is not known (slow only). */
export const THRESHOLD = 31;
