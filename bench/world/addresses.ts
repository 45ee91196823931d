/** Hands out the pod addresses of each node. None is given twice: a late packet never meets a stranger. */
export class Addresses {
  #last = new Map<string, number>();

  /** Last byte of the next address; 0 is the node's tunnel, 1 its bridge. */
  next(node: string): number {
    const next = (this.#last.get(node) ?? 1) + 1;
    if (next > 254) throw new RangeError(`no address is left on ${node}`);
    this.#last.set(node, next);
    return next;
  }
}
