import { CHANGE_USER, FETCH, FIELD_LIST, PREPARE, STATISTICS } from './commands.ts';
import {
  errorNumber,
  HEAD,
  hasCursor,
  hasMore,
  isEnd,
  isEof,
  isError,
  isLocalInfile,
  isOk,
  isProgress,
  lengthEncoded,
  MOST_PAYLOAD,
  type Packet,
  uint16,
  uint32,
} from './wire.ts';

/** What is known of an answer behind a packet of it. */
export interface Progress {
  readonly done: boolean;
  /** Number of the error; 0 = none. */
  readonly error: number;
}

const GOES_ON: Progress = { done: false, error: 0 };
const DONE: Progress = { done: true, error: 0 };

/**
 * Follows the answer to one command, packet by packet, to its end. Whether EOF packets are used is agreed when the connection
 * opens, which may not have been seen: it is told from their lengths.
 */
export class Answer {
  private readonly command: number;
  private stage: 'first' | 'definitions' | 'opening' | 'rows' | 'prepared' | 'closing';
  private left = 0;
  private isContinued = false;
  /** The client is asked for a file, which it sends now. */
  wantsFile = false;
  /** Id of the statement that was prepared. */
  statement: number | null = null;

  constructor(command: number) {
    this.command = command;
    this.stage = command === FETCH || command === FIELD_LIST ? 'rows' : 'first';
  }

  take(packet: Packet): Progress {
    this.wantsFile = false;
    const continued = this.isContinued;
    this.isContinued = packet.length === HEAD + MOST_PAYLOAD;
    if (continued || isProgress(packet)) return GOES_ON;
    if (isError(packet)) return { done: true, error: errorNumber(packet) };
    switch (this.stage) {
      case 'first':
        return this.begin(packet);
      case 'definitions':
        if (--this.left <= 0) this.stage = 'opening';
        return GOES_ON;
      case 'opening':
        this.stage = 'rows';
        if (isEof(packet)) return hasCursor(packet) ? DONE : GOES_ON;
        return this.row(packet);
      case 'rows':
        return this.row(packet);
      case 'prepared':
        return this.definition(packet);
      case 'closing':
        return isOk(packet) ? DONE : GOES_ON;
    }
  }

  private begin(packet: Packet): Progress {
    if (this.command === STATISTICS) return DONE;
    if (this.command === PREPARE && isOk(packet)) return this.prepared(packet);
    if (isOk(packet)) return hasMore(packet) ? GOES_ON : DONE;
    this.wantsFile = isLocalInfile(packet);
    if (this.wantsFile || this.command === CHANGE_USER) {
      this.stage = 'closing';
      return GOES_ON;
    }
    if (isEnd(packet)) return DONE;
    const columns = lengthEncoded(packet.bytes, HEAD);
    const omitted = packet.length === columns.end + 1 && packet.bytes[columns.end] === 0;
    this.left = omitted ? 0 : columns.value;
    this.stage = this.left > 0 ? 'definitions' : 'opening';
    return GOES_ON;
  }

  private row(packet: Packet): Progress {
    if (!isEnd(packet)) return GOES_ON;
    if (!hasMore(packet)) return DONE;
    this.stage = 'first';
    return GOES_ON;
  }

  /** The id, and how many definitions of columns and parameters follow. */
  private prepared({ bytes }: Packet): Progress {
    this.statement = uint32(bytes, HEAD + 1);
    this.left = uint16(bytes, HEAD + 5) + uint16(bytes, HEAD + 7);
    this.stage = 'prepared';
    return this.left === 0 ? DONE : GOES_ON;
  }

  private definition(packet: Packet): Progress {
    if (!isEof(packet)) this.left--;
    return this.left <= 0 ? DONE : GOES_ON;
  }
}

/** What remains of the answer to a PREPARE behind its last definition. */
export function isTail(packet: Packet): boolean {
  return isEof(packet) && packet.bytes[3]! > 1;
}
