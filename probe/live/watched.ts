import type { BpfMap } from '../bpf-ringbuf-napi/index.js';

type Table = Pick<BpfMap, 'update' | 'delete' | 'maxEntries'>;

/** The network namespaces whose sockets are kept, as the kernel programs know them. */
export interface Watched {
  add(inum: number): void;
  remove(inum: number): void;
}

/** @param hints how many of them have a number that ends in these bits (`bpf/maps.h`) */
export function watch(watched: Omit<Table, 'maxEntries'>, hints: Omit<Table, 'delete'>): Watched {
  const members = new Set<number>();
  const hint = (inum: number) => {
    const last = inum % hints.maxEntries;
    let same = 0;
    for (const each of members) if (each % hints.maxEntries === last) same++;
    hints.update(bytesOf(last), bytesOf(same));
  };
  return {
    add(inum) {
      watched.update(bytesOf(inum), Uint8Array.of(1));
      members.add(inum);
      hint(inum);
    },
    remove(inum) {
      members.delete(inum);
      hint(inum);
      watched.delete(bytesOf(inum));
    },
  };
}

function bytesOf(number: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(number).buffer);
}
