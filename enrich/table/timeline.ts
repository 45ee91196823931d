/** States kept of one thing; a thing that changes more often forgets its oldest state early. */
const MAX_STATES = 64;

/** A state and the time from which it held, microseconds since the epoch; it held until the next one began. */
interface Held<T> {
  readonly from: number;
  readonly value: T;
}

/** What one thing was at which time. States are set in the order of time. */
export class Timeline<T> {
  #states: Held<T>[] = [];

  /** The latest state. */
  get latest(): T | undefined {
    return this.#states.at(-1)?.value;
  }

  /** `value` holds from `at` on. A time before the latest state's (a clock was set back) counts as that state's. */
  set(value: T, at: number): void {
    const last = this.#states.at(-1);
    if (last !== undefined && last.from >= at) this.#states.pop();
    this.#states.push({ from: last === undefined ? at : Math.max(last.from, at), value });
    if (this.#states.length > MAX_STATES) this.#states.shift();
  }

  /** The state at a time, `undefined` before the first. */
  at(time: number): T | undefined {
    for (let i = this.#states.length - 1; i >= 0; i--) {
      const state = this.#states[i]!;
      if (state.from <= time) return state.value;
    }
    return undefined;
  }

  /** The state at a time, or the first one of a thing that is known to have existed before it was heard of. */
  near(time: number): T | undefined {
    return this.at(time) ?? this.#states[0]?.value;
  }
}
