import type { Frame } from '../frames.ts';
import { MOST_PENDING } from '../pending.ts';
import { statusOf } from './sqlstate.ts';
import type { Unit } from './unit.ts';
import { errorField, type } from './wire.ts';

/** Messages that come at any time and answer nothing: notice, notification, parameter. */
const ASYNCHRONOUS: ReadonlySet<number> = new Set([...'NAS'].map(type));
/** One for each Parse, Bind, Close and Describe. */
const COMPLETIONS: ReadonlySet<number> = new Set([...'123Tn'].map(type));
/** CommandComplete, EmptyQueryResponse, PortalSuspended. */
const ENDS: ReadonlySet<number> = new Set([...'CIs'].map(type));
const COMMAND_COMPLETE = type('C');
const ERROR = type('E');
const READY = type('Z');
const COPY_BOTH = type('W');

/** Matches answers with what was asked, in its order. */
export class Backend {
  private readonly give: (unit: Unit) => void;
  private queue: Unit[] = [];
  /** After an error of the extended protocol the server ignores everything up to the next Sync. */
  private skipping: { status: number; at: number } | null = null;

  constructor(give: (unit: Unit) => void) {
    this.give = give;
  }

  get waiting(): boolean {
    return this.queue.length > 0;
  }

  /** @returns exchanges that were given up because there were too many */
  push(unit: Unit): number {
    if (this.queue.length >= MOST_PENDING) return 1 + this.forget();
    if (this.skipping === null || unit.kind === 'sync' || unit.kind === 'query') this.queue.push(unit);
    else this.abort(unit, this.skipping);
    return 0;
  }

  /** @returns exchanges that were misread */
  message(frame: Frame): number {
    const code = frame.bytes[0]!;
    if (ASYNCHRONOUS.has(code)) return 0;
    if (code === READY) return this.ready();
    if (code === ERROR) {
      this.error(frame);
      return 0;
    }
    if (this.queue[0]?.done === true) this.give(this.queue.shift()!);
    const head = this.queue[0];
    if (head === undefined || head.kind === 'sync') return ENDS.has(code) ? 1 : 0;
    begin(head, frame.at);
    if (code === COPY_BOTH) head.timed = false;
    if (ENDS.has(code) && head.kind === 'execute') complete(head, frame);
    if (COMPLETIONS.has(code) && head.kind === 'prepare' && --head.parts <= 0) head.done = true;
    return 0;
  }

  /**
   * The rest of an answer could not be read: one that has begun counts as it is.
   *
   * @returns exchanges whose answers may have been in it
   */
  lost(): number {
    const head = this.queue[0];
    if (head !== undefined && head.answeredAt !== 0) this.give(this.queue.shift()!);
    return this.forget();
  }

  /** @returns exchanges that are given up */
  forget(): number {
    const count = this.queue.filter(({ kind }) => kind !== 'sync').length;
    this.queue = [];
    this.skipping = null;
    return count;
  }

  end(): void {
    for (const unit of this.queue) {
      if (unit.kind === 'sync') continue;
      if (unit.answeredAt === 0) unit.failed = unit.timed;
      this.give(unit);
    }
    this.queue = [];
  }

  /** Everything up to the Sync, or the simple query, has been answered. */
  private ready(): number {
    this.skipping = null;
    if (this.queue.length === 0) return 1;
    let misread = 0;
    for (;;) {
      const head = this.queue.shift();
      if (head === undefined || head.kind === 'sync') return misread;
      if (!head.done && head.kind !== 'query') misread++;
      else this.give(head);
      if (head.kind === 'query') return misread;
    }
  }

  private error(frame: Frame): void {
    const status = statusOf(errorField(frame.bytes, 'C'));
    const [first, second] = this.queue;
    if (first === undefined) return;
    if (first.done && second !== undefined && second.kind !== 'sync') this.give(this.queue.shift()!);
    const head = this.queue[0]!;
    if (head.kind === 'sync') return;
    begin(head, frame.at);
    if (!head.failed) head.status = status;
    head.failed = true;
    if (head.kind === 'query') return;
    this.give(this.queue.shift()!);
    this.skipping = { status, at: frame.at };
    while (this.queue.length > 0 && this.queue[0]!.kind !== 'sync')
      this.abort(this.queue.shift()!, this.skipping);
  }

  /** Was never executed. */
  private abort(unit: Unit, { status, at }: { status: number; at: number }): void {
    this.give({
      ...unit,
      answeredAt: Math.max(at, unit.asked.startedAt),
      status,
      failed: true,
      timed: false,
    });
  }
}

function begin(unit: Unit, at: number): void {
  if (unit.answeredAt === 0) unit.answeredAt = at;
}

function complete(unit: Unit, { bytes }: Frame): void {
  unit.done = true;
  if (unit.operation === '' && bytes[0] === COMMAND_COMPLETE) unit.operation = verbOf(bytes.subarray(5));
}

/** Of a command tag: `INSERT 0 1`. */
function verbOf(tag: Uint8Array): string {
  return /^[A-Z]{1,20}/.exec(Buffer.from(tag).toString('latin1'))?.[0] ?? '';
}
