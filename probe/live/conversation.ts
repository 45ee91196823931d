import type { Protocol, Role } from '../flow.ts';
import type { Dialect, Exchange, Parser } from '../protocols/parser.ts';
import type { Account } from './accounts.ts';
import { copyOf, type TappedChunk } from './chunk.ts';
import { Ledger } from './conversation-ledger.ts';
import type { Isn } from './pairs.ts';
import type { Recogniser } from './recognise.ts';
import type { KnownEnd } from './server-ends.ts';

/** What all conversations of a probe share. */
export interface Ground {
  readonly recogniser: Recogniser;
  /** Exchanges answered later belong to the next slice; infinite but while a sweep is being read. */
  cutNs: number;
  /** The last moment at which chunks were not made, by decision. */
  interruptedNs: number;
  /** Bytes that wait for their connection to be recognised, and whether more may. */
  bufferedBytes: number;
  readonly maxBufferedBytes: number;
  /** How many conversations there are and were of each verdict, and how many of the parsed ones were ever in doubt. */
  readonly counts: Record<Verdict | 'doubtful', number>;
  onExchange(conversation: Conversation, exchange: Exchange): void;
}

/** What is known of the socket of a conversation. */
export interface Socket {
  readonly role: Role;
  readonly end: KnownEnd;
  readonly isn: Isn | null;
  readonly preexisting: boolean;
  /** Until when its requests have been told already, from turns; nanoseconds since boot. */
  readonly toldNs: number;
}

/** What the kernel did with one socket so far. */
export interface TapState {
  /** Chunks made, also those the ring refused. */
  readonly made: number;
  /** No more are made. */
  readonly stopped: boolean;
  /** The last time a turn began or ended; nanoseconds since boot. */
  readonly turnNs: number;
}

/** What a conversation has to say of a slice. */
export interface Report {
  /** `null` while it was not recognised. */
  readonly protocol: Protocol | null;
  /** The account is the whole truth about the slice; else it stands beside the turns of the slice. */
  readonly clean: boolean;
  readonly account: Account;
}

export type Verdict = 'undecided' | 'parsed' | 'unrecognised' | 'folded';

/** One connection whose bytes are read: from its first chunks, which tell what is spoken, to the account of its requests. */
export class Conversation {
  readonly cookie: number;
  readonly openedNs: number;
  readonly socket: Socket;

  readonly #ground: Ground;
  #verdict: Verdict = 'undecided';
  #late: boolean;
  #parser: Parser | null = null;
  #first: TappedChunk[] = [];
  #clear = false;
  #seen = 0;
  #serial = 0;
  /** Chunks and doubts already accounted for. */
  #missing = 0;
  #doubts = 0;
  #doubted = false;
  readonly #ledger: Ledger;

  constructor(ground: Ground, socket: Socket, chunk: TappedChunk) {
    this.#ground = ground;
    this.cookie = chunk.cookie;
    this.openedNs = chunk.openedNs;
    this.socket = socket;
    this.#late = socket.preexisting || chunk.offset !== 0;
    const { role, end, toldNs } = socket;
    this.#ledger = new Ledger(role === 'server', end.names, chunk.openedNs, toldNs);
    ground.counts.undecided++;
  }

  /** There is something that no flow has told yet. */
  get dirty(): boolean {
    return this.#ledger.dirty;
  }

  /** `null` while it is not recognised. */
  get protocol(): Protocol | null {
    return this.#parser?.protocol ?? null;
  }

  feed(chunk: TappedChunk): void {
    this.#seen++;
    if (chunk.serial > this.#serial) this.#serial = chunk.serial;
    if (chunk.clear !== this.#clear) {
      if (!chunk.clear) return;
      this.#startOver(chunk);
    }
    if (this.#parser !== null) this.#parser.feed(chunk);
    else if (this.#verdict === 'undecided') this.#recognise(chunk);
  }

  /** Nothing more is read; its requests are told from turns from now on. */
  fold(): void {
    this.#decide('folded');
    this.#parser = null;
    this.#dropFirst();
  }

  /** Ends the slice with the turns that the record of a sweep has. */
  report(tap: TapState): Report {
    return this.#report(tap, Math.max(this.#ledger.cutNs, this.#ground.cutNs, tap.turnNs));
  }

  /** Ends the conversation: requests without an answer are given out too. */
  finish(tap: TapState): Report {
    this.#parser?.end();
    this.#dropFirst();
    if (this.#verdict === 'undecided') this.#decide('unrecognised');
    return this.#report(tap, Number.POSITIVE_INFINITY);
  }

  #report({ made, stopped }: TapState, cutNs: number): Report {
    const parser = this.#parser;
    const missing = Math.max(made, this.#serial) - this.#seen;
    const clean =
      parser !== null &&
      (!stopped || this.#clear) &&
      missing <= this.#missing &&
      parser.doubts === this.#doubts &&
      this.#ledger.cutNs >= this.#ground.interruptedNs;
    this.#missing = Math.max(missing, this.#missing);
    if (parser !== null) {
      this.#doubts = parser.doubts;
      if (!clean) this.#doubt();
    }
    return { protocol: this.protocol, clean, account: this.#ledger.close(clean, cutNs) };
  }

  #doubt(): void {
    if (!this.#doubted) this.#ground.counts.doubtful++;
    this.#doubted = true;
  }

  #count(exchange: Exchange): void {
    const ground = this.#ground;
    this.#ledger.count(exchange, ground.cutNs);
    if (this.#parser?.doubts === this.#doubts) ground.onExchange(this, exchange);
  }

  #recognise(chunk: TappedChunk): void {
    const ground = this.#ground;
    const { end, role } = this.socket;
    const first = [...this.#first, chunk];
    const dialect = ground.recogniser.recognise(first, end.port, this.#late, end.dialect);
    if (dialect === undefined) {
      if (ground.bufferedBytes + chunk.bytes.length > ground.maxBufferedBytes) {
        this.fold();
        return;
      }
      ground.bufferedBytes += chunk.bytes.length;
      this.#first.push(copyOf(chunk));
      return;
    }
    this.#dropFirst();
    if (dialect === null) {
      this.#decide('unrecognised');
      end.spokeNothingKnown();
      return;
    }
    this.#decide('parsed');
    end.spoke(dialect);
    this.#parse(dialect, role);
    for (const earlier of first) this.#parser?.feed(earlier);
  }

  #parse(dialect: Dialect, role: Role): void {
    this.#parser = dialect.parser((exchange) => this.#count(exchange), role, this.#late);
    this.#doubts = 0;
  }

  /** The clear text of an encrypted connection takes the place of what was on the wire. */
  #startOver(chunk: TappedChunk): void {
    this.#clear = true;
    this.#late = chunk.offset !== 0;
    this.#parser = null;
    this.#dropFirst();
    this.#decide('undecided');
  }

  #decide(verdict: Verdict): void {
    const { counts } = this.#ground;
    counts[this.#verdict]--;
    counts[verdict]++;
    this.#verdict = verdict;
  }

  #dropFirst(): void {
    for (const { bytes } of this.#first) this.#ground.bufferedBytes -= bytes.length;
    this.#first = [];
  }
}
