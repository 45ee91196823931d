/** Turns the kernel's clock (nanoseconds since boot, CLOCK_MONOTONIC) into microseconds since the epoch. */
export interface Clock {
  /** Now, in whole microseconds since the epoch. */
  now(): number;
  /** Time of a kernel stamp. */
  micros(monotonicNs: number): number;
  /** Follows corrections of the machine's wall clock; called once per sweep, so one sweep's times agree. */
  adjust(): void;
}

export function createClock(
  wallMicros: () => number = () => (performance.timeOrigin + performance.now()) * 1000,
  monotonicMicros: () => number = () => Number(process.hrtime.bigint() / 1000n),
  wallMillis: () => number = Date.now,
): Clock {
  /* timeOrigin never follows a step of the wall clock; Date.now() does, to the millisecond. */
  const measure = () => {
    const fine = wallMicros();
    const step = wallMillis() * 1000 - fine;
    return fine + (Math.abs(step) > STEP_MICROS ? step : 0) - monotonicMicros();
  };
  let offset = measure();
  return {
    now: () => Math.floor(monotonicMicros() + offset),
    micros: (ns) => Math.floor(ns / 1000 + offset),
    adjust: () => {
      offset = measure();
    },
  };
}

/** Date.now() is cut to milliseconds; a difference beyond this is a correction of the clock. */
const STEP_MICROS = 2_000;
