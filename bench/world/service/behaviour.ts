import type { Behaviour } from './protocol.ts';

/** Spread of service times: a standard deviation of 0.35 in the logarithm puts the 99th percentile at 2.3 medians. */
const LOG_SPREAD = 0.35;

/** Spends the time one request takes here: waiting (as for a disk or a lock) and computing. */
export async function spend(behaviour: Behaviour): Promise<void> {
  await sleep(lognormal(behaviour.baseMillis) + lognormal(behaviour.extraMillis));
  compute(behaviour.cpuMillis);
}

export function fails({ errorRate, errorsTo }: Behaviour, client: string): boolean {
  return client.startsWith(errorsTo) && Math.random() < errorRate;
}

export const happens = (share: number): boolean => Math.random() < share;

export function lognormal(median: number): number {
  const gauss = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return median * Math.exp(LOG_SPREAD * gauss);
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

/** Holds the only thread, as real computation does. */
function compute(millis: number): void {
  const end = performance.now() + millis;
  while (performance.now() < end);
}
