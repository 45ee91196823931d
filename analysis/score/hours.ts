/** Hours of the week, in UTC: the slots of a season. */
export const HOURS_OF_WEEK = 168;
export const HOURS_OF_DAY = 24;
export const DAYS = 7;

const HOUR_MICROS = 3_600_000_000;
/** 1 January 1970 was a Thursday; slot 0 is Monday 00:00. */
const EPOCH_HOUR_OF_WEEK = 72;

/** Hours since the epoch. */
export function hourOf(micros: number): number {
  return Math.floor(micros / HOUR_MICROS);
}

/** Slot of a season, 0 is the hour from Monday 00:00 UTC. */
export function slotOf(micros: number): number {
  return (hourOf(micros) + EPOCH_HOUR_OF_WEEK) % HOURS_OF_WEEK;
}
