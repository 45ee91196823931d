/** Time of this thread spent in the probe's own work. */
export interface Meter {
  measure<T>(work: () => T): T;
  /** Seconds since the last call. */
  take(): number;
}

/**
 * Of each piece of work, the smaller of the time on the wall and the processor time of the whole process: the first is too
 * long when the thread was put aside meanwhile, the second when other threads worked too.
 */
export function createMeter(
  wallMillis: () => number = () => performance.now(),
  processMicros: () => number = () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
): Meter {
  let micros = 0;
  return {
    measure(work) {
      const wall = wallMillis();
      const cpu = processMicros();
      try {
        return work();
      } finally {
        micros += Math.max(0, Math.min((wallMillis() - wall) * 1000, processMicros() - cpu));
      }
    },
    take() {
      const taken = micros;
      micros = 0;
      return taken / 1e6;
    },
  };
}
