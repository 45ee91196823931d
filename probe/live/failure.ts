import type { Failure, Role } from '../flow.ts';
import { RESET_BY_PEER, RESET_BY_SELF } from './layout.ts';

/** TCP states before CLOSE, as the kernel numbers them. */
const ESTABLISHED = 1;
const TIME_WAIT = 6;
const CLOSE_WAIT = 8;
const CLOSING = 11;

/** Error numbers of a socket, as Linux numbers them (equal on x86-64 and arm64). */
const ECONNABORTED = 103;
const ECONNRESET = 104;
const ETIMEDOUT = 110;
const ECONNREFUSED = 111;
const EPIPE = 32;

export interface Ending {
  readonly role: Role;
  readonly established: boolean;
  /** State before CLOSE and error of the socket then (0 = none). */
  readonly lastState: number;
  readonly error: number;
  /** 0, or who sent the first RST as the kernel saw it. */
  readonly resetBy: number;
  /** The kernel had chosen a local port: packets could be sent. */
  readonly bound: boolean;
}

export interface Outcome {
  readonly failure: Failure | null;
  readonly resetBy: Role | null;
}

const WELL: Outcome = { failure: null, resetBy: null };

/** Why a connection ended. */
export function outcomeOf(ending: Ending): Outcome {
  return ending.established ? endOfEstablished(ending) : endOfAttempt(ending);
}

function endOfAttempt({ error, bound }: Ending): Outcome {
  switch (error) {
    case ECONNREFUSED:
    case ECONNRESET:
      return { failure: 'refused', resetBy: null };
    case ETIMEDOUT:
      return { failure: 'timeout', resetBy: null };
    case 0:
      /* The process gave up waiting; or nothing could be sent at all. */
      return { failure: bound ? 'timeout' : 'unreachable', resetBy: null };
    default:
      return { failure: 'unreachable', resetBy: null };
  }
}

function endOfEstablished({ role, lastState, error, resetBy }: Ending): Outcome {
  const other: Role = role === 'client' ? 'server' : 'client';
  /* Both sides had said goodbye: a reset that late takes nothing away. */
  if (lastState === TIME_WAIT || lastState === CLOSING) return WELL;
  if (resetBy === RESET_BY_PEER) return { failure: 'reset', resetBy: other };
  if (resetBy === RESET_BY_SELF) return { failure: 'reset', resetBy: role };
  switch (error) {
    case ECONNRESET:
    case EPIPE:
    case ECONNREFUSED:
      return { failure: 'reset', resetBy: other };
    case ECONNABORTED:
      return { failure: 'reset', resetBy: role };
    case ETIMEDOUT:
      return { failure: 'timeout', resetBy: null };
    case 0:
      /* Straight from open to closed without an error: this side aborts (SO_LINGER, or data it never read). */
      return lastState === ESTABLISHED || lastState === CLOSE_WAIT
        ? { failure: 'reset', resetBy: role }
        : WELL;
    default:
      return { failure: 'unreachable', resetBy: null };
  }
}
