import type { Exchange } from '../protocols/parser.ts';
import {
  type Account,
  addAccounts,
  addExchange,
  closeAccount,
  NO_REQUESTS,
  type OpenAccount,
  openAccount,
} from './accounts.ts';
import type { Names } from './operations.ts';

/** Slices told from turns that are remembered; exchanges that come out later than that are rarer than the error of a turn. */
const MAX_TURN_TIMES = 16;

/**
 * The books of one conversation. Time is cut into slices, and each slice is told from exactly one source: from here when
 * nothing is in doubt, from the turns the kernel counted when anything may have been missed. An exchange belongs to the slice
 * it was answered in, however late its parser gives it out: it is counted when that slice was told from here, and dropped when
 * its turn was counted. So a doubt in mid-life neither counts a request twice nor leaves one out.
 */
export class Ledger {
  readonly #server: boolean;
  readonly #names: Names;
  /** End of the last slice; nanoseconds since boot. */
  #cutNs: number;
  #turnTimes: [from: number, to: number][] = [];
  #current: OpenAccount | null = null;
  /** Of slices that are over and were told from here. */
  #belated: OpenAccount | null = null;
  /** Answered after the cut of the sweep that is being read: the record will tell which slice their turns are in. */
  readonly #pending: Exchange[] = [];

  /** @param toldNs until when requests were told from turns already; 0 = not at all */
  constructor(server: boolean, names: Names, openedNs: number, toldNs: number) {
    this.#server = server;
    this.#names = names;
    this.#cutNs = Math.max(openedNs, toldNs);
    if (toldNs > 0) this.#turnTimes.push([0, toldNs]);
  }

  get cutNs(): number {
    return this.#cutNs;
  }

  /** There is something that no flow has told yet. */
  get dirty(): boolean {
    return this.#current !== null || this.#belated !== null || this.#pending.length > 0;
  }

  /** @param sweepNs cut of the sweep that is being read, else infinite */
  count(exchange: Exchange, sweepNs: number): void {
    const { answeredAt } = exchange;
    if (this.#pending.length > 0 && sweepNs === Number.POSITIVE_INFINITY) this.#settle(sweepNs);
    if (answeredAt > sweepNs) {
      this.#pending.push(exchange);
    } else if (answeredAt === 0 || answeredAt > this.#cutNs) {
      this.#current ??= openAccount();
      this.#add(this.#current, exchange);
    } else if (!this.#turnTimes.some(([from, to]) => answeredAt > from && answeredAt <= to)) {
      this.#belated ??= openAccount();
      this.#add(this.#belated, exchange);
    }
  }

  /**
   * Ends the slice.
   *
   * @param clean it is told from here; else only what came late from earlier slices is
   * @param cutNs the turns that are counted so far are those answered until then
   */
  close(clean: boolean, cutNs: number): Account {
    this.#settle(cutNs);
    let account = NO_REQUESTS;
    for (const open of [this.#belated, clean ? this.#current : null]) {
      if (open !== null) account = addAccounts(account, closeAccount(open));
    }
    if (!clean) this.#tellFromTurns(cutNs);
    this.#current = null;
    this.#belated = null;
    this.#cutNs = cutNs;
    return account;
  }

  #settle(cutNs: number): void {
    for (const exchange of this.#pending.splice(0)) this.count(exchange, cutNs);
  }

  #add(account: OpenAccount, exchange: Exchange): void {
    const { operation } = exchange;
    addExchange(account, exchange, this.#server, operation === '' ? '' : this.#names.admit(operation));
  }

  #tellFromTurns(to: number): void {
    const times = this.#turnTimes;
    const last = times.at(-1);
    if (last?.[1] === this.#cutNs) last[1] = to;
    else times.push([this.#cutNs, to]);
    if (times.length > MAX_TURN_TIMES) times.shift();
  }
}
