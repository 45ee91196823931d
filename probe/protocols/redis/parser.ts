import type { Role } from '../../flow.ts';
import { FrameReader } from '../frames.ts';
import type { Chunk, Exchange, Parser } from '../parser.ts';
import { type Asked, asked, exchangeOf, MOST_PENDING } from '../pending.ts';
import { isBlocking, isKnown, isSubscription, operationOf } from './commands.ts';
import { isFailure, statusOf } from './errors.ts';
import { type Reply, ReplyFraming } from './replies.ts';
import { type Command, CommandFraming } from './requests.ts';
import { ARRAY, isError, PUSH } from './resp.ts';

interface Question extends Asked {
  readonly operation: string;
  readonly timed: boolean;
}

/** What a subscriber is sent without having asked for it; in RESP2 it looks like any array. */
const MESSAGES: ReadonlySet<string> = new Set(['message', 'pmessage', 'smessage']);
/** After the answer of these the server says what it likes. */
const STREAMS: ReadonlySet<string> = new Set(['MONITOR', 'SYNC', 'PSYNC']);

/** Answers come in the order of the commands; pushes come between them. */
export class RedisParser implements Parser {
  readonly protocol = 'redis';
  doubts = 0;
  private readonly emit: (exchange: Exchange) => void;
  private readonly role: Role;
  private readonly requests: FrameReader;
  private readonly replies: FrameReader;
  private pending: Question[] = [];
  private subscribed = false;
  /** Nothing that follows is a question or an answer. */
  private streaming = false;
  /** A late join may see the answer of a question that it did not see. */
  private expected: boolean;

  constructor(emit: (exchange: Exchange) => void, role: Role, late: boolean) {
    this.emit = emit;
    this.role = role;
    this.expected = !late;
    const commands = new CommandFraming(
      (command) => this.ask(command),
      () => {
        this.doubts++;
      },
      () => this.forget(),
    );
    const replies = new ReplyFraming(
      (reply) => this.answer(reply),
      () => this.forget(),
      () => this.pending.length > 0 || this.subscribed,
    );
    this.requests = new FrameReader(commands, late);
    this.replies = new FrameReader(replies, late);
  }

  feed(chunk: Chunk): void {
    if (this.streaming) return;
    (chunk.direction === 'request' ? this.requests : this.replies).feed(chunk);
  }

  end(): void {
    for (const { timed, operation, ...question } of this.pending)
      this.emit(exchangeOf(question, { operation, answeredAt: 0, status: 0, failed: timed, timed }));
    this.pending = [];
  }

  private ask({ first, words }: Command): void {
    const operation = operationOf(words[0] ?? '', words[1] ?? '');
    const silent = operation === 'CLIENT REPLY' && words[2] !== 'ON';
    if (silent || this.pending.length >= MOST_PENDING) {
      this.doubts++;
      this.forget();
      this.streaming = silent;
      return;
    }
    const waits = isBlocking(operation) || isSubscription(operation) || words.includes('BLOCK', 1);
    this.expected = true;
    this.pending.push({ ...asked(first, this.role), operation, timed: !waits });
  }

  private answer(reply: Reply): void {
    if (this.streaming || this.isUnasked(reply)) return;
    const question = this.pending.shift();
    if (question === undefined) {
      if (this.expected) this.doubts++;
      return;
    }
    const { operation, timed, ...rest } = question;
    const error = isError(reply.type) ? reply.word : operation === 'EXEC' ? reply.inner : '';
    const status = error === '' ? 0 : statusOf(error);
    const failed = error !== '' && isFailure(error);
    this.emit(exchangeOf(rest, { operation, answeredAt: reply.at, status, failed, timed }));
    if (error === '' && operation.endsWith('SUBSCRIBE')) this.subscribed = !isLastFarewell(reply);
    this.streaming = error === '' && STREAMS.has(operation);
  }

  /** Messages, invalidations, and every confirmation of a subscription but the first. */
  private isUnasked(reply: Reply): boolean {
    if (reply.type !== PUSH && !(this.subscribed && reply.type === ARRAY)) return false;
    const head = this.pending[0]?.operation ?? '';
    if (isSubscription(head) && reply.word.toUpperCase() === head) return false;
    if (isLastFarewell(reply)) this.subscribed = false;
    if (reply.type === PUSH) return true;
    return MESSAGES.has(reply.word) || isSubscription(reply.word.toUpperCase());
  }

  /** What is pending cannot be matched any more. */
  private forget(): void {
    this.doubts += this.pending.length;
    this.pending = [];
  }
}

/** The confirmation after which nothing is subscribed. */
function isLastFarewell({ word, last }: Reply): boolean {
  return isKnown(word.toUpperCase()) && word.endsWith('unsubscribe') && last === '0';
}
