/** Time of this thread spent in the probe's own work. */
export interface Meter {
  measure<T>(work: () => T): T;
  /** Seconds since the last call. */
  take(): number;
}

/**
 * One piece of work in this many is measured by both clocks: asking for processor time costs more than a small piece. A prime,
 * for pieces of different kinds come by turns.
 */
const SAMPLED = 7;

/**
 * Of each piece of work, the smaller of the time on the wall and the processor time of the whole process: the first is too
 * long when the thread was put aside meanwhile, the second when other threads worked too. Of pieces that are not sampled, the
 * time on the wall, less by as much as that of the sampled ones was too long.
 */
export function createMeter(
  wallMillis: () => number = () => performance.now(),
  processMicros: () => number = () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  sampled = SAMPLED,
): Meter {
  let pieces = 0;
  /* Of sampled pieces since the last call of `take`. */
  let wallOfSampled = 0;
  let workOfSampled = 0;
  let wallOfOthers = 0;
  return {
    measure(work) {
      const both = pieces++ % sampled === 0;
      const wall = wallMillis();
      const cpu = both ? processMicros() : 0;
      try {
        return work();
      } finally {
        const took = Math.max(0, (wallMillis() - wall) * 1000);
        if (both) {
          wallOfSampled += took;
          workOfSampled += Math.max(0, Math.min(took, processMicros() - cpu));
        } else wallOfOthers += took;
      }
    },
    take() {
      const share = wallOfSampled > 0 ? workOfSampled / wallOfSampled : 1;
      const micros = workOfSampled + share * wallOfOthers;
      wallOfSampled = workOfSampled = wallOfOthers = 0;
      return micros / 1e6;
    },
  };
}
