import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MILLIS = 100;
const MAX_MILLIS = 30_000;

/** Waits longer after each failure, between half and all of a doubling span: clients that failed together part. */
export class Backoff {
  #failures = 0;

  reset(): void {
    this.#failures = 0;
  }

  async wait(signal: AbortSignal): Promise<void> {
    const span = Math.min(MAX_MILLIS, FIRST_MILLIS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 20);
    await pause(span * (0.5 + Math.random() / 2), signal);
  }
}

/** Waits; returns at once when the signal is aborted. */
export async function pause(millis: number, signal: AbortSignal): Promise<void> {
  await sleep(millis, undefined, { signal }).catch(() => undefined);
}
