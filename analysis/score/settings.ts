import { FALSE_REPORTS } from '../thresholds.ts';

/** A minute: long enough for a few events on most edges, short enough to tell soon. */
export const STEP_MICROS = 60_000_000;
/** False anomalies accepted a day over everything that is watched; somebody reads them once a night. */
export const FALSE_PER_DAY = 0.1;
export const DAY_MICROS = 86_400_000_000;

/** Fewer steps than this are no baseline. */
export const LEAST_STEPS = 10;
/** The baseline is frozen for an hour; in the first day for ten minutes, or it would have none. */
export const YOUNG_BLOCK_MICROS = 600_000_000;
/** Weekdays differ only as far as at least two of each were seen. */
export const WEEKLY_FROM_MICROS = 14 * DAY_MICROS;

/** Weight that an hour of the past keeps after a week: half after four, which a season follows and noise does not move. */
export const WEEKLY_KEPT = 0.5 ** (1 / 4);
export const HOURLY_KEPT = WEEKLY_KEPT ** (1 / 168);

/** Likelihood ratio by which the baseline must explain what comes better than the anomaly does, for it to be over. */
export const OVER_EVIDENCE = Math.log(1 / FALSE_REPORTS);
/** An open anomaly of which nothing more is heard (no events at all) is over after so many steps. */
export const SILENT_STEPS = 30;
/** What has been like this for a day is how it is now: the anomaly ends as lasting, and the past begins anew. */
export const LASTING_MICROS = DAY_MICROS;
/** Evidence that did not suffice in six hours is started again: what is held back meanwhile becomes past. */
export const PATIENCE_MICROS = 6 * 3_600_000_000;
