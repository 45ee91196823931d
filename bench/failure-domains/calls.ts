/** Every call of a world, in columns: what the edge table and the truth are both counted from. */
export interface Calls {
  readonly length: number;
  readonly leaf: Int32Array;
  readonly window: Int16Array;
  readonly flags: Uint8Array;
  /** Segments lost on the way. */
  readonly lost: Uint8Array;
  /** Buckets of the histogram of microseconds. */
  readonly latency: Uint16Array;
  readonly wait: Uint16Array;
  readonly service: Uint16Array;
  readonly trip: Uint16Array;
}

export const FLAG = {
  refused: 1,
  failed: 2,
  /** Failed or slow by itself, whatever it called did. */
  ownFailed: 4,
  ownSlow: 8,
  /** Opened a connection. */
  fresh: 16,
} as const;

/** Columns that grow. */
export class CallLog {
  #size = 1 << 16;
  #length = 0;
  #columns = columns(this.#size);

  add(leaf: number, window: number): number {
    if (this.#length === this.#size) this.#grow();
    const at = this.#length++;
    this.#columns.leaf[at] = leaf;
    this.#columns.window[at] = window;
    return at;
  }

  get columns(): ReturnType<typeof columns> {
    return this.#columns;
  }

  done(): Calls {
    return { length: this.#length, ...this.#columns };
  }

  #grow(): void {
    this.#size *= 2;
    const wider = columns(this.#size);
    for (const name of Object.keys(wider) as (keyof typeof wider)[]) wider[name].set(this.#columns[name]);
    this.#columns = wider;
  }
}

function columns(size: number) {
  return {
    leaf: new Int32Array(size),
    window: new Int16Array(size),
    flags: new Uint8Array(size),
    lost: new Uint8Array(size),
    latency: new Uint16Array(size),
    wait: new Uint16Array(size),
    service: new Uint16Array(size),
    trip: new Uint16Array(size),
  };
}
