/** Bytes before each message: whether it is compressed, and its length. */
const PREFIX = 5;

/** Counts the messages one side of a call sends. */
export class Messages {
  #count = 0;
  #prefix = 0;
  #length = 0;
  /** Bytes left of the message. */
  #left = 0;
  #lost = false;

  /** Messages that have begun, as far as their prefixes were captured. */
  get count(): number {
    return this.#count;
  }

  /** @param hidden bytes after these that were not captured */
  take(bytes: Uint8Array, hidden: number): void {
    for (let at = 0; at < bytes.length && !this.#lost; ) {
      if (this.#left > 0) {
        const passed = Math.min(this.#left, bytes.length - at);
        this.#left -= passed;
        at += passed;
      } else this.#takePrefix(bytes[at++]!);
    }
    if (hidden > this.#left || (hidden > 0 && this.#prefix > 0)) this.#lost = true;
    else this.#left -= hidden;
  }

  #takePrefix(byte: number): void {
    if (this.#prefix > 0) this.#length = this.#length * 256 + byte;
    if (++this.#prefix < PREFIX) return;
    this.#count++;
    this.#left = this.#length;
    this.#length = 0;
    this.#prefix = 0;
  }
}
