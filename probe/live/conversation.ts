import type { Protocol, Role } from '../flow.ts';
import type { Dialect, Exchange, Parser } from '../protocols/parser.ts';
import {
  type Account,
  addAccounts,
  addExchange,
  closeAccount,
  NO_REQUESTS,
  type OpenAccount,
  openAccount,
} from './accounts.ts';
import { copyOf, type TappedChunk } from './chunk.ts';
import type { Isn } from './pairs.ts';
import type { Recogniser } from './recognise.ts';
import type { KnownEnd } from './server-ends.ts';

/** Times taken from turns that are remembered; exchanges that come out later than that are rarer than the error of a turn. */
const MAX_TURN_TIMES = 16;

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

/**
 * One connection whose bytes are read. Time is cut into slices, and each slice is told from exactly one source: from here
 * when nothing is in doubt, from the turns the kernel counted when anything may have been missed. An exchange belongs to the
 * slice it was answered in, however late its parser gives it out: it is counted when that slice was told from here, and
 * dropped when its turn was counted. So a doubt in mid-life neither counts a request twice nor leaves one out.
 */
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
  #cutNs: number;
  #turnTimes: [from: number, to: number][] = [];
  /** Exchanges of this slice; of the next, met while a sweep is being read; of slices told from here that are over. */
  #current: OpenAccount | null = null;
  #next: OpenAccount | null = null;
  #nextSince = 0;
  #belated: OpenAccount | null = null;
  #told: Account = NO_REQUESTS;

  constructor(ground: Ground, socket: Socket, chunk: TappedChunk) {
    this.#ground = ground;
    this.cookie = chunk.cookie;
    this.openedNs = chunk.openedNs;
    this.socket = socket;
    this.#late = socket.preexisting || chunk.offset !== 0;
    this.#cutNs = Math.max(chunk.openedNs, socket.toldNs);
    if (socket.toldNs > 0) this.#turnTimes.push([0, socket.toldNs]);
    ground.counts.undecided++;
  }

  /** There is something that no flow has told yet. */
  get dirty(): boolean {
    return this.#current !== null || this.#belated !== null;
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

  /** Ends the slice at the cut of the sweep. */
  report(tap: TapState): Report {
    return this.#report(tap, Math.max(this.#cutNs, this.#ground.cutNs));
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
      this.#cutNs >= this.#ground.interruptedNs;
    this.#missing = Math.max(missing, this.#missing);
    if (parser !== null) {
      this.#doubts = parser.doubts;
      if (!clean) this.#doubt();
    }
    this.#settle(cutNs);
    let account = clean ? this.#told : NO_REQUESTS;
    for (const open of [clean ? this.#current : null, this.#belated]) {
      if (open !== null) account = addAccounts(account, closeAccount(open));
    }
    if (!clean) this.#tellFromTurns(cutNs);
    this.#told = NO_REQUESTS;
    this.#belated = null;
    this.#current = this.#next;
    this.#next = null;
    this.#cutNs = cutNs;
    return { protocol: this.protocol, clean, account };
  }

  #doubt(): void {
    if (!this.#doubted) this.#ground.counts.doubtful++;
    this.#doubted = true;
  }

  /** What was met after an earlier cut at which this conversation was not asked belongs to the slice that ends now. */
  #settle(cutNs: number): void {
    if (this.#next === null || this.#nextSince >= cutNs) return;
    this.#told = addAccounts(this.#told, closeAccount(this.#next));
    this.#next = null;
  }

  #tellFromTurns(to: number): void {
    const times = this.#turnTimes;
    const last = times.at(-1);
    if (last?.[1] === this.#cutNs) last[1] = to;
    else times.push([this.#cutNs, to]);
    if (times.length > MAX_TURN_TIMES) times.shift();
  }

  #count(exchange: Exchange): void {
    const ground = this.#ground;
    const { answeredAt } = exchange;
    let account: OpenAccount;
    if (answeredAt !== 0 && answeredAt <= this.#cutNs) {
      if (this.#turnTimes.some(([from, to]) => answeredAt > from && answeredAt <= to)) return;
      this.#belated ??= openAccount();
      account = this.#belated;
    } else if (answeredAt > ground.cutNs) {
      this.#settle(ground.cutNs);
      this.#nextSince = ground.cutNs;
      this.#next ??= openAccount();
      account = this.#next;
    } else {
      this.#current ??= openAccount();
      account = this.#current;
    }
    const { role, end } = this.socket;
    const name = exchange.operation === '' ? '' : end.names.admit(exchange.operation);
    addExchange(account, exchange, role === 'server', name);
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
