import type { Change } from '../named-flow.ts';

/** Changes kept until they are taken; a cluster in turmoil loses its oldest ones, counted. */
const MAX_PENDING = 20_000;

export class ChangeLog {
  #pending: Change[] = [];
  #dropped = 0;

  get dropped(): number {
    return this.#dropped;
  }

  add(changes: readonly Change[]): void {
    this.#pending.push(...changes);
    if (this.#pending.length <= MAX_PENDING) return;
    const excess = this.#pending.length - MAX_PENDING / 2;
    this.#pending = this.#pending.slice(excess);
    this.#dropped += excess;
  }

  take(): readonly Change[] {
    const taken = this.#pending;
    this.#pending = [];
    return taken;
  }
}
