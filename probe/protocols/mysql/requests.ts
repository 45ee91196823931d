import type { Frame } from '../frames.ts';
import { sqlTemplate } from '../sql/index.ts';
import { BULK_EXECUTE, EXECUTE, nameOf, PREPARE, QUERY } from './commands.ts';
import { HEAD, uint32 } from './wire.ts';

/** Prepared statements that are remembered of one connection; the oldest is forgotten. */
const MOST_STATEMENTS = 256;
/** Stands for the statement prepared last (MariaDB). */
const LAST = 0xffffffff;

/** What the commands of one connection do. */
export class Operations {
  private readonly statements = new Map<number, string>();
  private last = '';

  /** `''` for the execution of a statement whose text was not seen. */
  of(frame: Frame): string {
    const { bytes } = frame;
    const command = bytes[HEAD]!;
    if (command === QUERY) return templateOf(frame);
    if (command === PREPARE) {
      this.last = templateOf(frame);
      return `PREPARE ${this.last}`;
    }
    if (command !== EXECUTE && command !== BULK_EXECUTE) return nameOf(command);
    const id = uint32(bytes, HEAD + 1);
    return id === LAST ? this.last : (this.statements.get(id) ?? '');
  }

  prepared(id: number, operation: string): void {
    this.statements.delete(id);
    if (this.statements.size >= MOST_STATEMENTS) this.statements.delete(this.statements.keys().next().value!);
    this.statements.set(id, operation.slice('PREPARE '.length));
  }
}

function templateOf({ bytes, length }: Frame): string {
  return sqlTemplate(bytes.subarray(HEAD + 1), 'mysql', length > bytes.length);
}
