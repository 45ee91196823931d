/** Slots at the beginning; the table doubles when it is full. */
const FIRST_CAPACITY = 1024;

/** Columns of a table of pairs, by slot: numbers in typed arrays, so that the garbage collector has nothing to walk. */
export interface PairTable {
  /** The slot of this pair of numbers, -1 when there is none. */
  find(client: number, server: number): number;
  /** A slot for a pair that is not there. */
  insert(client: number, server: number): number;
  remove(slot: number): void;
  readonly size: number;
  /** Slots there is room for at present. */
  readonly capacity: number;
}

/** A hash table with chains. The numbers are random already, so few bits of them tell the chain. */
export function createPairTable(): PairTable {
  let capacity = FIRST_CAPACITY;
  let clients = new Uint32Array(capacity);
  let servers = new Uint32Array(capacity);
  /* Of a free slot: the next free one. */
  let chain = new Int32Array(capacity);
  let heads = new Int32Array(capacity).fill(-1);
  let free = -1;
  let used = 0;
  let size = 0;

  const bucketOf = (client: number, server: number) =>
    (Math.imul(client, 0x9e37_79b1) ^ server) & (capacity - 1);

  const link = (slot: number) => {
    const bucket = bucketOf(clients[slot]!, servers[slot]!);
    chain[slot] = heads[bucket]!;
    heads[bucket] = slot;
  };

  /* Only when every slot is in use. */
  const grow = () => {
    capacity *= 2;
    const [oldClients, oldServers] = [clients, servers];
    clients = new Uint32Array(capacity);
    servers = new Uint32Array(capacity);
    clients.set(oldClients);
    servers.set(oldServers);
    chain = new Int32Array(capacity);
    heads = new Int32Array(capacity).fill(-1);
    for (let slot = 0; slot < used; slot++) link(slot);
  };

  return {
    find(client, server) {
      let slot = heads[bucketOf(client, server)]!;
      while (slot >= 0 && (clients[slot] !== client || servers[slot] !== server)) slot = chain[slot]!;
      return slot;
    },
    insert(client, server) {
      if (free < 0 && used === capacity) grow();
      const slot = free < 0 ? used++ : free;
      if (slot === free) free = chain[slot]!;
      clients[slot] = client;
      servers[slot] = server;
      link(slot);
      size++;
      return slot;
    },
    remove(slot) {
      const bucket = bucketOf(clients[slot]!, servers[slot]!);
      if (heads[bucket] === slot) heads[bucket] = chain[slot]!;
      else {
        let before = heads[bucket]!;
        while (chain[before] !== slot) before = chain[before]!;
        chain[before] = chain[slot]!;
      }
      chain[slot] = free;
      free = slot;
      size--;
    },
    get size() {
      return size;
    },
    get capacity() {
      return capacity;
    },
  };
}
