import type { Owner } from '../flow.ts';
import { type RawOwner, readOwner } from './identity.ts';
import { COMM, COMM_SIZE, record } from './layout.ts';

/** Owners remembered, a power of two: processes that open connections within one sweep. */
const REMEMBERED = 1024;
/** Names are compared by their bytes, four at a time. */
const NAME_WORDS = COMM_SIZE / 4;

/** Owners as records tell them. */
export interface Owners {
  /** `null` until the socket was seen in the hands of its process. */
  read(view: DataView, base: number): Owner | null;
  /** Looks up each anew from now on: a process moves to another cgroup, a number is given to another process. */
  forget(): void;
}

/** A process opens many connections: it is looked up once, and its flows share what was found. */
export function createOwners(ownerOf: (raw: RawOwner) => Owner): Owners {
  const owners = new Array<Owner | null>(REMEMBERED).fill(null);
  const names = new Uint32Array(NAME_WORDS * REMEMBERED);
  const cgroups = new Float64Array(REMEMBERED);

  return {
    read(view, base) {
      const pid = record.pid(view, base);
      if (pid === 0) return null;
      const place = pid % REMEMBERED;
      const found = owners[place]!;
      const cgroup = record.cgroupId(view, base);
      const name = NAME_WORDS * place;
      if (
        found !== null &&
        found.pid === pid &&
        found.uid === record.uid(view, base) &&
        cgroups[place] === cgroup &&
        names[name] === view.getUint32(base + COMM) &&
        names[name + 1] === view.getUint32(base + COMM + 4) &&
        names[name + 2] === view.getUint32(base + COMM + 8) &&
        names[name + 3] === view.getUint32(base + COMM + 12)
      ) {
        return found;
      }
      const owner = ownerOf(readOwner(view, base)!);
      /* A cgroup that could not be named yet may be the next time. */
      owners[place] = owner.cgroup === '' ? null : owner;
      cgroups[place] = cgroup;
      for (let i = 0; i < NAME_WORDS; i++) names[name + i] = view.getUint32(base + COMM + 4 * i);
      return owner;
    },
    forget: () => void owners.fill(null),
  };
}
