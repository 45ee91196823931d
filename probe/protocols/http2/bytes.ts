/** Longest run of bytes that is kept: header blocks are seldom a tenth of it. */
const MOST = 16_384;
const FIRST = 64;
const NOTHING = new Uint8Array(0);

/** Bytes kept from one chunk to the next: nothing while there are none. */
export class Bytes {
  #bytes: Uint8Array = NOTHING;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @returns false when not all of them could be kept */
  add(more: Uint8Array): boolean {
    const fitting = more.subarray(0, MOST - this.#length);
    const needed = this.#length + fitting.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(FIRST, needed, Math.min(MOST, this.#bytes.length * 2)));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(fitting, this.#length);
    this.#length = needed;
    return fitting.length === more.length;
  }

  /** All of them, which are no longer kept. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.clear();
    return taken;
  }

  clear(): void {
    this.#bytes = NOTHING;
    this.#length = 0;
  }
}
