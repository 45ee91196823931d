import { tap } from '../tapped.ts';

/** A piece of payload as the kernel handed it over. */
export interface Piece {
  readonly role: 'client' | 'server';
  readonly received: boolean;
  readonly offset: number;
  readonly length: number;
  /** Its first bytes; `null` where they cannot be read. */
  readonly text: string | null;
}

/** What `calls.c` did, and what the tap made of it. */
export interface Calls {
  readonly printed: string;
  readonly pieces: readonly Piece[];
  readonly lost: number;
}

const TEXT_BYTES = 24;
const PORT = '7001';

/** Runs every way to send and to receive with the tap on. @param program calls.c, compiled */
export function measureCalls(program: string, objectFile: string): Calls {
  const tapped = tap({ objectFile });
  try {
    const printed = tapped.run(program, PORT);
    const pieces = tapped.chunks().map(({ role, received, offset, length, unreadable, bytes }) => ({
      role,
      received,
      offset,
      length,
      text: unreadable ? null : Buffer.from(bytes.subarray(0, TEXT_BYTES)).toString('latin1'),
    }));
    return { printed, pieces, lost: tapped.counters().chunksLost };
  } finally {
    tapped.close();
  }
}
