/** An answer, as much of it as the ledger and the connection care about, with its content. */
export interface Reply<T> {
  /** Name of the pod that answered, where the protocol can carry it. */
  readonly server: string | null;
  /** The server will not answer on this connection again. */
  readonly close: boolean;
  readonly content: T;
}

/** One turn-based protocol: a request is written whole, then one answer is read. */
export interface Codec<Request, Content> {
  encode(request: Request): string;
  /** The answer, or `null` while bytes are missing. */
  decode(bytes: Buffer): Reply<Content> | null;
  /** Whether the first bytes of an answer already say that the request failed. */
  failed(bytes: Buffer): boolean;
}
