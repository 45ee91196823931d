/** Claims kept of one address, living ones first; more than any node has hostNetwork pods. */
const MAX_CLAIMS = 512;

/** A pod holds an address from `from` (inclusive) to `to` (exclusive), microseconds since the epoch. */
export interface Claim<P> {
  readonly holder: P;
  readonly from: number;
  readonly to: number;
  /** The address is the node's, and others may hold it too. */
  readonly shared: boolean;
  /** `to` is when the loss was noticed, after a time without news; the end was before. */
  readonly vanished: boolean;
}

/** Who held which address when: the interval table behind every name given by address. */
export class Claims<P extends object> {
  readonly #byIp = new Map<string, readonly Claim<P>[]>();
  #generation = 0;

  /** Changes whenever an address may have changed hands. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * `holder` has the address from `from` on, at the latest from `seen`. What an earlier holder is known to have held
   * is left to it, unless it vanished unseen: then it cannot have held the address any longer than until `from`.
   */
  claim(ip: string, holder: P, from: number, seen: number, shared: boolean): void {
    const claims = this.#byIp.get(ip) ?? [];
    if (claims.some((claim) => claim.holder === holder && claim.to === Number.POSITIVE_INFINITY)) return;
    this.#generation += 1;
    let start = Math.min(from, seen);
    const kept: Claim<P>[] = [];
    for (const claim of claims) {
      if (shared || claim.shared || claim.to <= start) kept.push(claim);
      else if (claim.vanished) kept.push({ ...claim, to: Math.max(start, claim.from) });
      else {
        start = claim.to === Number.POSITIVE_INFINITY ? seen : Math.min(claim.to, seen);
        kept.push(claim);
      }
    }
    kept.push({ holder, from: start, to: Number.POSITIVE_INFINITY, shared, vanished: false });
    this.#byIp.set(ip, kept.length > MAX_CLAIMS ? kept.slice(-MAX_CLAIMS) : kept);
  }

  /** The holder's own claim ends; another holder of the same address is not touched. */
  release(ip: string, holder: P, at: number, vanished: boolean): void {
    const claims = this.#byIp.get(ip);
    if (claims === undefined) return;
    this.#generation += 1;
    const end = (claim: Claim<P>): Claim<P> =>
      claim.holder === holder && claim.to === Number.POSITIVE_INFINITY
        ? { ...claim, to: Math.max(claim.from, at), vanished }
        : claim;
    this.#byIp.set(ip, claims.map(end));
  }

  /** Forgets every claim of a holder on an address. */
  forget(ip: string, holder: P): void {
    this.#generation += 1;
    const left = this.#byIp.get(ip)?.filter((claim) => claim.holder !== holder) ?? [];
    if (left.length === 0) this.#byIp.delete(ip);
    else this.#byIp.set(ip, left);
  }

  /** Claims that held at a time. */
  at(ip: string, time: number): readonly Claim<P>[] {
    const claims = this.#byIp.get(ip);
    if (claims === undefined) return NONE;
    const [only] = claims;
    if (claims.length === 1) return only!.from <= time && time < only!.to ? claims : NONE;
    return claims.filter(({ from, to }) => from <= time && time < to);
  }
}

const NONE: readonly never[] = Object.freeze([]);
