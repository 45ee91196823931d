import { type Beginning, beginningAt } from './beginning.ts';
import type { Chunk } from './parser.ts';

/** One message, or one element of a message, in the stream of one direction. */
export interface Frame extends Beginning {
  /** Bytes of it in the stream, its header included. */
  readonly length: number;
  /** As many of its first bytes as were wanted and captured. Valid only during the call. */
  readonly bytes: Uint8Array;
}

/** How a protocol cuts its stream into frames. */
export interface Framing {
  /**
   * Bytes of the frame that begins at `from`; 0 when its length takes more bytes to tell; {@link LINE} when it ends with the next
   * line feed; {@link NONSENSE} when no frame begins so. Decides within {@link MOST_HEAD} bytes.
   */
  measure(bytes: Uint8Array, from: number, to: number): number;
  /** How many of the first bytes of a frame are wanted, at most {@link MOST_WANTED}; asked right after `measure`. */
  wanted(bytes: Uint8Array, from: number): number;
  frame(frame: Frame): void;
  /**
   * What follows in this direction cannot be cut into frames, until `begins`.
   *
   * @param missed bytes behind the last frame that nobody saw; 0 where bytes made no sense
   */
  lost(missed: number): void;
  /** Whether frames can be read again from the first byte of this chunk. */
  begins(chunk: Chunk): boolean;
}

export const NONSENSE = -1;
export const LINE = -2;
/** Longest header whose parts may come in different chunks; a longer line is delivered with this many bytes. */
export const MOST_HEAD = 64;
/** As many as the kernel captures of one call. */
export const MOST_WANTED = 2048;

const NOTHING = new Uint8Array(0);

/**
 * Cuts one direction of a connection into frames, in whatever chunks it comes. Bodies are skipped by their length, so bytes that were
 * not captured matter only where a header was among them. Keeps at most {@link MOST_WANTED} bytes: the part of a frame that is still
 * to be completed.
 */
export class FrameReader {
  private readonly framing: Framing;
  private next: number;
  private isLost: boolean;
  /** Bytes of the present frame that nobody wants. */
  private skipped = 0;
  private inLine = false;
  private held = NOTHING;
  private holding = 0;
  /** 0 = not known yet. */
  private heldLength = 0;
  private heldWanted = 0;
  private heldFrom: Beginning | null = null;

  /** @param late begins somewhere in the stream, looking for the first frame */
  constructor(framing: Framing, late: boolean) {
    this.framing = framing;
    this.isLost = late;
    this.next = late ? -1 : 0;
  }

  get lost(): boolean {
    return this.isLost;
  }

  feed(chunk: Chunk): void {
    const captured = Math.min(chunk.bytes.length, chunk.length);
    const gap = this.next < 0 ? 0 : (chunk.offset - this.next) | 0;
    this.next = (chunk.offset + chunk.length) >>> 0;
    if (gap < 0) this.lose();
    else if (gap > 0) this.hole(gap);
    if (this.isLost && captured > 0 && this.framing.begins(chunk)) this.isLost = false;
    let at = 0;
    while (at < captured && !this.isLost) at = this.step(chunk, at, captured);
    if (chunk.length > captured) this.hole(chunk.length - captured);
  }

  /** Gives up the place in the stream. */
  lose(missed = 0): void {
    if (this.isLost) return;
    this.isLost = true;
    this.skipped = 0;
    this.inLine = false;
    this.release();
    this.framing.lost(missed);
  }

  /** Reads on from `at` and says how far it came. */
  private step(chunk: Chunk, at: number, captured: number): number {
    if (this.skipped > 0) {
      const count = Math.min(this.skipped, captured - at);
      this.skipped -= count;
      return at + count;
    }
    if (this.inLine) {
      const end = chunk.bytes.indexOf(0x0a, at);
      if (end < 0 || end >= captured) return captured;
      this.inLine = false;
      return end + 1;
    }
    if (this.holding === 0) return this.begin(chunk, at, captured);
    return this.heldLength === 0 ? this.extend(chunk, at, captured) : this.complete(chunk, at, captured);
  }

  private begin(chunk: Chunk, at: number, captured: number): number {
    const { bytes } = chunk;
    const length = this.framing.measure(bytes, at, Math.min(captured, at + MOST_HEAD));
    const wanted = this.wanted(length, bytes, at);
    if (wanted < 0 || (length === 0 && captured - at >= MOST_HEAD)) {
      this.lose();
      return captured;
    }
    if (length !== 0 && captured - at >= wanted) {
      this.deliver(beginningAt(chunk, at), bytes.subarray(at, at + wanted), length);
      return at + wanted;
    }
    this.heldFrom = beginningAt(chunk, at);
    this.heldLength = length;
    this.heldWanted = wanted;
    this.hold(bytes, at, captured);
    return captured;
  }

  /** Adds to a frame whose length is not known. */
  private extend(chunk: Chunk, at: number, captured: number): number {
    const count = Math.min(MOST_HEAD - this.holding, captured - at);
    this.hold(chunk.bytes, at, at + count);
    const length = this.framing.measure(this.held, 0, this.holding);
    const wanted = this.wanted(length, this.held, 0);
    if (wanted < 0 || (length === 0 && this.holding >= MOST_HEAD)) {
      this.lose();
      return captured;
    }
    this.heldLength = length;
    this.heldWanted = wanted;
    if (length === 0 || this.holding < wanted) return at + count;
    const foreign = length === LINE ? 0 : Math.max(0, this.holding - length);
    this.holding -= foreign;
    this.deliverHeld();
    return at + count - foreign;
  }

  private complete(chunk: Chunk, at: number, captured: number): number {
    const count = Math.min(this.heldWanted - this.holding, captured - at);
    this.hold(chunk.bytes, at, at + count);
    if (this.holding === this.heldWanted) this.deliverHeld();
    return at + count;
  }

  private wanted(length: number, bytes: Uint8Array, from: number): number {
    if (length === LINE) return MOST_HEAD;
    if (length <= 0) return length;
    return Math.max(1, Math.min(length, MOST_WANTED, this.framing.wanted(bytes, from)));
  }

  private hold(bytes: Uint8Array, from: number, to: number): void {
    const size = this.holding + to - from;
    if (this.held.length < size) {
      const larger = new Uint8Array(Math.max(size, Math.min(2 * this.held.length, MOST_WANTED), MOST_HEAD));
      larger.set(this.held.subarray(0, this.holding));
      this.held = larger;
    }
    this.held.set(bytes.subarray(from, to), this.holding);
    this.holding = size;
  }

  private deliverHeld(): void {
    const from = this.heldFrom!;
    const bytes = this.held.subarray(0, this.holding);
    const wanted = this.heldLength === LINE ? this.holding : Math.min(this.holding, this.heldWanted);
    const length = this.heldLength;
    this.release();
    this.deliver(from, bytes.subarray(0, wanted), length, bytes.length);
  }

  private deliver(from: Beginning, bytes: Uint8Array, length: number, read = bytes.length): void {
    this.inLine = length === LINE;
    this.skipped = length === LINE ? 0 : length - read;
    this.framing.frame({ ...from, length: Math.max(length, read), bytes });
  }

  /** Bytes that nobody saw. */
  private hole(length: number): void {
    if (this.isLost) return;
    if (this.holding > 0 && this.heldLength > 0) this.deliverHeld();
    if (this.isLost) return;
    if (this.skipped >= length) this.skipped -= length;
    else this.lose(length - this.skipped);
  }

  private release(): void {
    this.holding = 0;
    if (this.held.length > MOST_HEAD) this.held = NOTHING;
    this.heldFrom = null;
  }
}
