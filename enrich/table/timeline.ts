/** Earlier states kept of one thing; a thing that changes more often forgets its oldest state early. */
const MAX_EARLIER = 64;

/** A state and the time from which it held, microseconds since the epoch; it held until the next one began. */
interface Held<T> {
  readonly from: number;
  readonly value: T;
}

/**
 * What one thing was at which time. States are set in the order of time. Nearly every question is about the latest
 * state, which is therefore kept apart: a flow touches several of these, each in a cold place of memory.
 */
export class Timeline<T> {
  #from = Number.POSITIVE_INFINITY;
  #value: T | undefined = undefined;
  #earlier: readonly Held<T>[] = NONE;

  /** The latest state. */
  get latest(): T | undefined {
    return this.#value;
  }

  /** From when the latest state holds; a time that never comes when there is none. */
  get since(): number {
    return this.#from;
  }

  /** `value` holds from `at` on. A time before the latest state's (a clock was set back) counts as that state's. */
  set(value: T, at: number): void {
    if (this.#from < at) {
      const last = { from: this.#from, value: this.#value as T };
      this.#earlier = [...this.#earlier.slice(1 - MAX_EARLIER), last];
      this.#from = at;
    } else if (this.#from === Number.POSITIVE_INFINITY) this.#from = at;
    this.#value = value;
  }

  /** The state at a time, `undefined` before the first. */
  at(time: number): T | undefined {
    if (time >= this.#from) return this.#value;
    return this.#earlier.findLast(({ from }) => from <= time)?.value;
  }

  /** The state at a time, or the first one of a thing that is known to have existed before it was heard of. */
  near(time: number): T | undefined {
    if (time >= this.#from) return this.#value;
    return this.at(time) ?? (this.#earlier.length > 0 ? this.#earlier[0]!.value : this.#value);
  }
}

const NONE: readonly never[] = Object.freeze([]);
