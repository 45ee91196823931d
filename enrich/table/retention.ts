/** What is gone still names flows that are reported late, and long connections that end after it. */
export const KEEP_MICROS = 10 * 60 * 1_000_000;
/** Things gone that are kept at most; a storm of short-lived pods forgets the oldest early. */
const MAX_KEPT = 50_000;

/** Forgets what is gone, in the order in which it went. */
export class Retention {
  #queue: { readonly at: number; readonly forget: () => void }[] = [];
  #head = 0;

  later(at: number, forget: () => void): void {
    this.#queue.push({ at, forget });
    while (this.#queue.length - this.#head > MAX_KEPT) this.#drop();
  }

  sweep(now: number): void {
    while (this.#head < this.#queue.length && this.#queue[this.#head]!.at < now - KEEP_MICROS) this.#drop();
  }

  #drop(): void {
    this.#queue[this.#head]!.forget();
    this.#head += 1;
    if (this.#head < MAX_KEPT) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }
}
