/** A header field. Only names and values that somebody asks for are kept; `''` stands for any other name. */
export interface Field {
  readonly name: string;
  /** `null` when it is not known. */
  readonly value: string | null;
}

/** A field of which nothing is known: it was put into the table before the connection was seen. */
export const UNKNOWN: Field = Object.freeze({ name: '?', value: null });
const OTHER: Field = Object.freeze({ name: '', value: null });

const WANTED: ReadonlySet<string> = new Set([
  ...[
    ':method',
    ':path',
    ':status',
    ':protocol',
    'accept',
    'content-type',
    'prefer',
    'grpc-status',
    'grpc-timeout',
  ],
]);

/** Longest value that is kept. */
const MAX_VALUE = 1024;

export const wanted = (name: string): boolean => WANTED.has(name);

/** @param value `null` when it is not known */
export function field(name: string, value: string | null): Field {
  if (name === UNKNOWN.name) return UNKNOWN;
  return WANTED.has(name) ? { name, value: value === null ? null : value.slice(0, MAX_VALUE) } : OTHER;
}

/** RFC 7541, appendix A: the fields without a value are told by their name alone. */
const STATIC: readonly Field[] = [
  ...[':authority', ':method GET', ':method POST', ':path /', ':path /index.html', ':scheme', ':scheme'],
  ...[
    ':status 200',
    ':status 204',
    ':status 206',
    ':status 304',
    ':status 400',
    ':status 404',
    ':status 500',
  ],
  ...['accept-charset', 'accept-encoding', 'accept-language', 'accept-ranges', 'accept'],
  ...['access-control-allow-origin', 'age', 'allow', 'authorization', 'cache-control', 'content-disposition'],
  ...[
    'content-encoding',
    'content-language',
    'content-length',
    'content-location',
    'content-range',
    'content-type',
  ],
  ...[
    'cookie',
    'date',
    'etag',
    'expect',
    'expires',
    'from',
    'host',
    'if-match',
    'if-modified-since',
    'if-none-match',
  ],
  ...[
    'if-range',
    'if-unmodified-since',
    'last-modified',
    'link',
    'location',
    'max-forwards',
    'proxy-authenticate',
  ],
  ...['proxy-authorization', 'range', 'referer', 'refresh', 'retry-after', 'server', 'set-cookie'],
  ...['strict-transport-security', 'transfer-encoding', 'user-agent', 'vary', 'via', 'www-authenticate'],
].map((entry) => {
  const [name = '', value = ''] = entry.split(' ');
  return field(name, value);
});

/** Capacity until the encoder says otherwise (RFC 9113, 6.5.2). */
const DEFAULT_CAPACITY = 4096;
/** Most that is kept of a larger table; what lies beyond becomes unknown. */
const MAX_CAPACITY = 65_536;
/** What an entry counts for beside its name and value (RFC 7541, 4.1). */
const OVERHEAD = 32;

/**
 * Static and dynamic table. Entries that were there before the connection was seen lie below those that are known: indices
 * count from the newest entry, so the known ones are always right, and what is asked for below them is {@link UNKNOWN}.
 *
 * An entry counts for no more than is kept of it. That never evicts what the encoder may still refer to; entries it has
 * evicted itself may stay a little longer, which harms nobody.
 */
export class Table {
  #entries: Field[] = [];
  #size = 0;
  #capacity = DEFAULT_CAPACITY;
  /** Whether older entries may exist that are not known. */
  #partial: boolean;

  constructor(late: boolean) {
    this.#partial = late;
  }

  /** @returns `null` when there is no such entry */
  at(index: number): Field | null {
    if (index <= STATIC.length) return STATIC[index - 1] ?? null;
    const entry = this.#entries[this.#entries.length - (index - STATIC.length)];
    return entry ?? (this.#partial ? UNKNOWN : null);
  }

  insert(entry: Field): void {
    this.#entries.push(entry);
    this.#size += sizeOf(entry);
    this.#evict();
  }

  /** @param capacity what the encoder says it uses from now on */
  resize(capacity: number): void {
    if (capacity > MAX_CAPACITY) this.#partial = true;
    this.#capacity = Math.min(capacity, MAX_CAPACITY);
    this.#evict();
  }

  /** Fields may have been added that were not seen. */
  forget(): void {
    this.#entries = [];
    this.#size = 0;
    this.#partial = true;
  }

  #evict(): void {
    let gone = 0;
    while (this.#size > this.#capacity) this.#size -= sizeOf(this.#entries[gone++]!);
    if (gone > 0) this.#entries.splice(0, gone);
  }
}

const sizeOf = ({ name, value }: Field): number => OVERHEAD + name.length + (value?.length ?? 0);
