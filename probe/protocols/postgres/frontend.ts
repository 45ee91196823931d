import type { Role } from '../../flow.ts';
import type { Frame } from '../frames.ts';
import { type Asked, asked } from '../pending.ts';
import { sqlTemplate } from '../sql/index.ts';
import { TemplateNames } from './names.ts';
import { type Unit, unit } from './unit.ts';
import { cString, type } from './wire.ts';

/** Messages of the extended protocol since the last Execute, Flush or Sync. */
interface Group {
  readonly asked: Asked;
  readonly verb: string;
  operation: string;
  parts: number;
  bound: boolean;
}

const Q = type('Q');
const P = type('P');
const B = type('B');
const D = type('D');
const E = type('E');
const S = type('S');
const H = type('H');
const C = type('C');
const F = type('F');

const VERBS: ReadonlyMap<number, string> = new Map([
  [P, 'PREPARE'],
  [B, 'BIND'],
  [D, 'DESCRIBE'],
  [C, 'CLOSE'],
]);

/** `Describe, Execute, Sync` behind a Bind, with short names of portals: less than any two Executes with their Binds take. */
const ONE_EXECUTE = 40;
const BODY = 5;

/**
 * What a client asks. One request is a simple query, or an Execute with the Parse, Bind and Describe before it since the last
 * Execute, Flush or Sync: what one call of a driver sends. Parse or Describe alone, up to a Flush or Sync, is a request too.
 */
export class Frontend {
  private readonly role: Role;
  private readonly push: (unit: Unit) => void;
  private readonly statements = new TemplateNames();
  private readonly portals = new TemplateNames();
  private group: Group | null = null;

  constructor(role: Role, push: (unit: Unit) => void) {
    this.role = role;
    this.push = push;
  }

  message(frame: Frame): void {
    const { bytes } = frame;
    switch (bytes[0]) {
      case Q:
        this.push(unit('query', asked(frame, this.role), templateAt(bytes, BODY)));
        break;
      case F:
        this.push(unit('query', asked(frame, this.role), 'FUNCTION'));
        break;
      case P:
        this.parse(frame);
        break;
      case B:
        this.bind(frame);
        break;
      case D:
        this.describe(frame);
        break;
      case C:
        this.join(frame);
        break;
      case E:
        this.execute(frame);
        break;
      case H:
        this.close();
        break;
      case S:
        this.close();
        this.push(unit('sync', asked(frame, this.role), ''));
        break;
    }
  }

  /**
   * Bytes between the last message and the end of the call were not captured.
   *
   * @returns whether it is known what was in them
   */
  lost(missed: number): boolean {
    const { group } = this;
    this.group = null;
    if (group === null || !group.bound || missed > ONE_EXECUTE || missed === 0) return false;
    this.push(unit('execute', group.asked, group.operation));
    this.push(unit('sync', group.asked, ''));
    return true;
  }

  private parse(frame: Frame): void {
    const group = this.join(frame);
    const name = cString(frame.bytes, BODY);
    if (name === null) return;
    group.operation = templateAt(frame.bytes, name.end);
    this.statements.set(name.text, group.operation);
  }

  private bind(frame: Frame): void {
    const group = this.join(frame);
    group.bound = true;
    const portal = cString(frame.bytes, BODY);
    const statement = portal === null ? null : cString(frame.bytes, portal.end);
    if (portal === null || statement === null) return;
    group.operation = this.statements.get(statement.text);
    this.portals.set(portal.text, group.operation);
  }

  private describe(frame: Frame): void {
    const group = this.join(frame);
    const name = cString(frame.bytes, BODY + 1);
    if (group.operation !== '' || name === null) return;
    const names = frame.bytes[BODY] === S ? this.statements : this.portals;
    group.operation = names.get(name.text);
  }

  private execute(frame: Frame): void {
    const portal = cString(frame.bytes, BODY);
    const operation = portal === null ? '' : this.portals.get(portal.text);
    const { group } = this;
    this.group = null;
    this.push(unit('execute', group?.asked ?? asked(frame, this.role), operation, group?.parts ?? 0));
  }

  /** A Flush or Sync: what was not executed is answered as well. */
  private close(): void {
    const { group } = this;
    this.group = null;
    if (group === null) return;
    const operation = `${group.verb} ${group.operation}`.trim();
    this.push(unit('prepare', group.asked, operation, group.parts));
  }

  private join(frame: Frame): Group {
    const verb = VERBS.get(frame.bytes[0]!)!;
    this.group ??= { asked: asked(frame, this.role), verb, operation: '', parts: 0, bound: false };
    this.group.parts++;
    return this.group;
  }
}

function templateAt(bytes: Uint8Array, from: number): string {
  const text = cString(bytes, from);
  return text === null
    ? sqlTemplate(bytes.subarray(from), 'postgres', true)
    : sqlTemplate(text.text, 'postgres');
}
