import { huffman } from './huffman.ts';
import { type Field, field, Table, UNKNOWN, wanted } from './table.ts';

/** Integers above this are nonsense: no header block is so large. */
const MAX_INTEGER = 2 ** 28;
const NOTHING = new Uint8Array(0);

/** What a header block says. */
export interface Fields {
  /** Wanted fields by name, the first of each; `null` = a value that is not known. */
  readonly values: ReadonlyMap<string, string | null>;
  /** Some fields are not known at all. */
  readonly partial: boolean;
}

/**
 * Decoder of one direction of a connection (RFC 7541). Fields that nobody asks for are neither kept nor returned, only
 * their places in the table are.
 */
export class HpackDecoder {
  readonly #table: Table;
  #block = NOTHING;
  #at = 0;
  /** Why decoding ended before the end of the block: it is cut here, or makes no sense. */
  #stopped: 'cut' | 'nonsense' | null = null;

  /** @param late the beginning of the connection was not seen: see {@link Table} */
  constructor(late: boolean) {
    this.#table = new Table(late);
  }

  /** Header blocks may have gone by unseen. */
  forget(): void {
    this.#table.forget();
  }

  /**
   * @param cut only the beginning of the block is known
   * @returns `null` when it makes no sense; the table is forgotten then, as it is after a block that was cut
   */
  decode(block: Uint8Array<ArrayBufferLike>, cut: boolean): Fields | null {
    const values = new Map<string, string | null>();
    let partial = cut;
    this.#block = block as Uint8Array<ArrayBuffer>;
    this.#at = 0;
    this.#stopped = null;
    while (this.#at < block.length && this.#stopped === null) {
      const found = this.#next();
      if (this.#stopped !== null || found === null) continue;
      if (found === UNKNOWN) partial = true;
      else if (found.name !== '' && !values.has(found.name)) values.set(found.name, found.value);
    }
    this.#block = NOTHING;
    const good = this.#stopped === null || (cut && this.#stopped === 'cut');
    if (cut || !good) this.#table.forget();
    return good ? { values, partial } : null;
  }

  /** The next field, or `null` for a change of the table's size. */
  #next(): Field | null {
    const first = this.#block[this.#at]!;
    if (first >= 0x80) return this.#entry(this.#integer(7));
    if (first >= 0x40) return this.#literal(6, true);
    if (first < 0x20) return this.#literal(4, false);
    this.#table.resize(this.#integer(5));
    return null;
  }

  #entry(index: number): Field {
    const entry = this.#stopped === null ? this.#table.at(index) : UNKNOWN;
    return entry ?? this.#stop('nonsense', UNKNOWN);
  }

  #literal(prefix: number, indexed: boolean): Field {
    const index = this.#integer(prefix);
    const name = index === 0 ? this.#text(true) : this.#entry(index).name;
    const value = this.#text(wanted(name));
    if (this.#stopped !== null) return UNKNOWN;
    const found = name === UNKNOWN.name ? UNKNOWN : field(name, value);
    if (indexed) this.#table.insert(found);
    return found;
  }

  /** Integer with a prefix of so many bits (RFC 7541, 5.1). */
  #integer(prefix: number): number {
    const most = (1 << prefix) - 1;
    let value = this.#block[this.#at++]! & most;
    if (value < most) return value;
    for (let shift = 0; value < MAX_INTEGER && shift <= 28; shift += 7) {
      const byte = this.#block[this.#at++];
      if (byte === undefined) return this.#stop('cut', 0);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return this.#stop('nonsense', 0);
  }

  /** @returns `''` where it is not needed */
  #text(needed: boolean): string {
    if (this.#stopped !== null) return '';
    if (this.#at >= this.#block.length) return this.#stop('cut', '');
    const coded = this.#block[this.#at]! >= 0x80;
    const size = this.#integer(7);
    const from = this.#at;
    if (from + size > this.#block.length) return this.#stop('cut', '');
    this.#at = from + size;
    if (!needed) return '';
    if (!coded) return latin1(this.#block, from, this.#at);
    return huffman(this.#block, from, this.#at) ?? this.#stop('nonsense', '');
  }

  #stop<T>(why: 'cut' | 'nonsense', value: T): T {
    this.#stopped ??= why;
    return value;
  }
}

const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
