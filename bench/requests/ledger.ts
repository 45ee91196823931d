import { setTimeout } from 'node:timers/promises';

/** What a client did and how long it took, by its own clock. */
export interface Ledger {
  readonly requests: number;
  readonly failed: number;
  /** Of these, calls whose time says nothing about how fast they were served. */
  readonly untimed: number;
  /** Of every timed request, microseconds. */
  readonly micros: readonly number[];
}

/** Where a client finds its server, and how much it asks. */
export interface Errand {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly requests: number;
  /** Connections used side by side. */
  readonly connections: number;
}

export interface LedgerBook {
  /**
   * Runs one request and writes it down; a rejection is a failed request. It took until `answered` was called, at the first of its
   * answer as in a flow, or else until its end.
   */
  timed(request: (answered: () => void) => Promise<unknown>): Promise<void>;
  untimed(request: () => Promise<unknown>): Promise<void>;
  /** For clients that see the bytes: writes down a request they timed themselves. */
  note(micros: number, failed: boolean): void;
  close(): Ledger;
}

export function openLedger(): LedgerBook {
  const micros: number[] = [];
  let failed = 0;
  let untimed = 0;
  return {
    async timed(request) {
      const start = performance.now();
      let end = 0;
      await request(() => {
        end ||= performance.now();
      }).catch(() => failed++);
      micros.push(((end || performance.now()) - start) * 1000);
    },
    async untimed(request) {
      await request();
      untimed++;
    },
    note(took, bad) {
      micros.push(took);
      if (bad) failed++;
    },
    close: () => ({ requests: micros.length + untimed, failed, untimed, micros }),
  };
}

/** What begins in one turn of the client's event loop waits for all of it before a byte is written: lanes begin apart. */
const APART_MILLIS = 5;

/** Calls `work` for the numbers 0 … count-1, on `lanes` lanes side by side, each lane one after the other. */
export async function share(
  count: number,
  lanes: number,
  work: (index: number, lane: number) => Promise<unknown>,
): Promise<void> {
  const lane = async (which: number) => {
    await setTimeout(which * APART_MILLIS);
    for (let index = which; index < count; index += lanes) await work(index, which);
  };
  await Promise.all(Array.from({ length: lanes }, (_, which) => lane(which)));
}

/** How long the server should take over request `index`, milliseconds: spread over 8 to 20. */
export const delayOf = (index: number): number => 8 + ((index * 7) % 13);

/** Every eleventh request is one the server answers with an error. */
export const isBad = (index: number): boolean => index % 11 === 5;
