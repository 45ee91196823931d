/** A growing array of equal pages of numbers, counted from 1; 0 is no page. */
export class Pages {
  readonly size: number;
  readonly most: number;
  data: Float32Array;
  count = 0;
  /** Pages that were asked for and not given because all were taken. */
  refused = 0;
  readonly #free: number[] = [];

  constructor(size: number, most: number, data = new Float32Array(0)) {
    this.size = size;
    this.most = most;
    this.data = data;
    this.count = Math.floor(data.length / size);
  }

  /** A page of zeros; 0 when all are taken. */
  take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.count >= this.most) {
      this.refused++;
      return 0;
    }
    this.count++;
    if (this.count * this.size > this.data.length) {
      const pages = Math.min(this.most, Math.max(64, Math.ceil(this.count * GROWTH)));
      const grown = new Float32Array(pages * this.size);
      grown.set(this.data);
      this.data = grown;
    }
    return this.count;
  }

  give(page: number): void {
    if (page <= 0) return;
    this.data.fill(0, this.start(page), this.start(page) + this.size);
    this.#free.push(page);
  }

  start(page: number): number {
    return (page - 1) * this.size;
  }

  /** What is in use, for saving. */
  used(): Float32Array {
    return this.data.subarray(0, this.count * this.size);
  }

  /** Pages given back, for saving. */
  get free(): readonly number[] {
    return this.#free;
  }

  setFree(pages: readonly number[]): void {
    this.#free.push(...pages);
  }
}

/** Arrays grow by half, so that the copies cost little and no more than a third stands empty. */
const GROWTH = 1.5;
