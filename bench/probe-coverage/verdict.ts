import type { Flow } from '../../probe/index.ts';
import { type Counts, KINDS, type Kind, NOTHING } from '../load/ledger.ts';
import { PORT } from '../load/maker.ts';

export type Role = Flow['role'];

/** The probe's books of the load, filled flow by flow. */
export interface Seen {
  readonly add: (ended: readonly Flow[]) => void;
  count(): number;
  kinds(role: Role): Counts;
  /** Ends whose outcome is told otherwise than the load knows it: another failure, or somebody else who reset. */
  misjudged(): number;
  /** Ends whose process is not known. */
  unresolved(): number;
  /** Ends that were told twice. */
  repeated(): number;
}

export function createSeen(): Seen {
  const books: Record<Role, Record<Kind, number>> = { client: { ...NOTHING }, server: { ...NOTHING } };
  const met = new Set<string>();
  let misjudged = 0;
  let unresolved = 0;
  let count = 0;
  return {
    add(ended) {
      for (const flow of ended) {
        const { port } = flow.role === 'client' ? flow.remote : flow.local;
        const kind = KINDS[port - PORT];
        if (kind === undefined) continue;
        count++;
        books[flow.role][kind]++;
        met.add(`${flow.cookie} ${flow.isn?.client}`);
        if (!isRight(kind, flow)) misjudged++;
        if (flow.owner === null) unresolved++;
      }
    },
    count: () => count,
    kinds: (role) => ({ ...books[role] }),
    misjudged: () => misjudged,
    unresolved: () => unresolved,
    repeated: () => count - met.size,
  };
}

function isRight(kind: Kind, { failure, resetBy, closed }: Flow): boolean {
  switch (kind) {
    case 'plain':
    case 'half':
      return failure === null && closed === 1;
    case 'resetByServer':
      return failure === 'reset' && resetBy === 'server';
    case 'resetByClient':
      return failure === 'reset' && resetBy === 'client';
    case 'refused':
      return failure === 'refused' && closed === 0;
  }
}
