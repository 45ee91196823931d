import type { Beginning } from '../beginning.ts';
import { template } from '../template.ts';
import { Framing, methodName, opensRequest, requestLine } from './lines.ts';
import type { Matching, Waiting } from './matching.ts';
import type { Listener, Lost } from './reader.ts';

const EVENTS = /^text\/event-stream\s*(?:;|$)/i;

/** Makes requests of the messages that go to the server. */
export class RequestSide implements Listener {
  readonly #matching: Matching;
  readonly #framing = new Framing();
  #request: Waiting | null = null;

  constructor(matching: Matching) {
    this.#matching = matching;
  }

  opens(text: string): boolean {
    return opensRequest(text);
  }

  begins(line: string, where: Beginning, cut: boolean): boolean {
    const found = requestLine(line, cut);
    if (found === null) return false;
    const method = methodName(found.method);
    const operation = method === 'CONNECT' ? method : `${method} ${template(found.target)}`;
    this.#framing.reset();
    this.#request = { where, operation, method, patient: false, expects: false, due: false };
    this.#matching.ask(this.#request);
    return true;
  }

  field(name: string, value: string): void {
    const request = this.#request!;
    this.#framing.field(name, value);
    if (name === 'prefer' && /(?:^|[\s,;])wait\s*=/i.test(value)) request.patient = true;
    else if (name === 'accept' && EVENTS.test(value)) request.patient = true;
    else if (name === 'expect') request.expects = true;
  }

  headEnds(): number {
    this.#request!.due = true;
    return this.#framing.follows(0);
  }

  loses(why: Lost, inHead: boolean): void {
    if (inHead) this.#request!.due = true;
    if (why !== 'cut' || !inHead) this.#matching.doubt();
  }

  /** A request that is hidden in these bytes shows by its answer. */
  unread(): void {}
}
