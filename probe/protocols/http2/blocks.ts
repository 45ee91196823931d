import { type Fields, HpackDecoder } from '../hpack/decoder.ts';
import { Bytes } from './bytes.ts';
import {
  CONTINUATION,
  END_HEADERS,
  type FrameHead,
  HEADERS,
  PADDED,
  PUSH_PROMISE,
  WITH_PRIORITY,
} from './frames.ts';

/** Told of the fields of a header block; `null` where it made no sense. */
export type OnFields = (head: FrameHead, fields: Fields | null) => void;

/** Puts the header blocks of one direction together: without padding and priority, with what continues them, decoded. */
export class HeaderBlocks {
  readonly #hpack: HpackDecoder;
  readonly #onFields: OnFields;
  /** The frame that began a block which goes on. */
  #open: FrameHead | null = null;
  readonly #begun = new Bytes();
  #cut = false;

  constructor(onFields: OnFields, late: boolean) {
    this.#onFields = onFields;
    this.#hpack = new HpackDecoder(late);
  }

  /** Blocks may have gone by unseen. */
  forget(): void {
    this.#open = null;
    this.#begun.clear();
    this.#hpack.forget();
  }

  /** @param cut only the beginning of the payload is known */
  take(head: FrameHead, payload: Uint8Array, cut: boolean): void {
    const goesOn = head.type === CONTINUATION;
    if (!goesOn) this.#begin(head);
    if (this.#open?.stream !== head.stream) this.forget();
    else this.#add(goesOn ? payload : fragmentOf(head, payload, cut), cut, (head.flags & END_HEADERS) !== 0);
  }

  #add(fragment: Uint8Array, cut: boolean, done: boolean): void {
    if (done && this.#begun.length === 0 && !this.#cut) this.#end(fragment, cut);
    else {
      if (!this.#cut) this.#cut = !this.#begun.add(fragment) || cut;
      if (done) this.#end(this.#begun.take(), this.#cut);
    }
  }

  /** A block that was not finished can never be: its fields are missing from the table. */
  #begin(head: FrameHead): void {
    if (this.#open !== null) this.forget();
    this.#open = head;
    this.#cut = false;
  }

  #end(block: Uint8Array, cut: boolean): void {
    const head = this.#open!;
    this.#open = null;
    const fields = this.#hpack.decode(block, cut);
    if (head.type === HEADERS) this.#onFields(head, fields);
  }
}

/** The part of a payload that is header block. */
function fragmentOf({ type, flags, length }: FrameHead, payload: Uint8Array, cut: boolean): Uint8Array {
  const padded = (flags & PADDED) !== 0;
  const before = (padded ? 1 : 0) + (type === PUSH_PROMISE ? 4 : (flags & WITH_PRIORITY) !== 0 ? 5 : 0);
  const end = length - (padded ? (payload[0] ?? 0) : 0);
  return payload.subarray(before, cut ? Math.min(end, payload.length) : Math.max(before, end));
}
