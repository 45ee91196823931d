/** Answers kept at once; one for each moment somebody looks at. */
const MAX_ENTRIES = 64;

/**
 * Remembers answers by key and lets simultaneous askers share one computation; the oldest is forgotten first. A failed
 * computation is not remembered.
 */
export class Cache<T> {
  readonly #entries = new Map<string, Promise<T>>();

  get(key: string, compute: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const answer = compute();
    this.#entries.set(key, answer);
    answer.catch(() => this.#entries.delete(key));
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
    return answer;
  }
}
