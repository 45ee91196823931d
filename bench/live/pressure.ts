import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

/** What else kept the machine busy: it explains noise, and answers that came late. */
export interface Busy {
  /** Share of the time in which some process waited for a processor; `null` where the kernel does not count it. */
  readonly waiting: number | null;
  /** Processes that ran or waited to, averaged over the last minute. */
  readonly load: number;
}

/** Starts measuring; call the result to have what was measured since. */
export function measureBusy(): () => Busy {
  const [at, stalled] = [performance.now(), stalledMillis()];
  return () => {
    const now = stalledMillis();
    const share = now === null || stalled === null ? null : (now - stalled) / (performance.now() - at);
    return { waiting: share === null ? null : Math.round(share * 100) / 100, load: loadavg()[0]! };
  };
}

/** Pressure stall information of the processors, since Linux 4.20 and only where it is compiled in. */
function stalledMillis(): number | null {
  try {
    const total = /^some .*total=(\d+)/m.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1];
    return total === undefined ? null : Number(total) / 1000;
  } catch {
    return null;
  }
}
