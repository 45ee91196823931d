import { type Digest, digest } from '../../analysis/index.ts';
import type { Period } from '../../graph/index.ts';
import { Cache } from './cache.ts';
import type { Sources } from './sources.ts';

/** A night that goes on is looked through again after this; one that is over does not change. */
const FRESH_MICROS = 300_000_000;

/** Digests by period: worked out once, however many ask. */
export class Nights {
  readonly #sources: Sources;
  readonly #cache = new Cache<Digest | null>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** `range` is the period that holds data. */
  of(night: Digest['night'], range: Period): Promise<Digest | null> {
    const newest = Math.min(night.to, Math.floor(range.to / FRESH_MICROS) * FRESH_MICROS);
    const key = `${night.from} ${night.to} ${night.zone} ${newest}`;
    return this.#cache.get(key, () => digest(this.#sources.reader, night));
  }
}
