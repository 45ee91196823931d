import { foldName } from './names.ts';
import type { Token, Tokens } from './tokens.ts';

/** What one statement does, and to which tables. */
export interface Statement {
  /** `''` where nothing was found. */
  readonly verb: string;
  readonly tables: readonly string[];
  /** A statement may follow. */
  readonly more: boolean;
}

/** Statements that name tables, and how many of them make a template. */
const READING: ReadonlySet<string> = new Set(['SELECT', 'TABLE']);
const WRITING: ReadonlySet<string> = new Set(
  'INSERT REPLACE UPDATE DELETE MERGE COPY TRUNCATE CALL LOAD'.split(' '),
);
const DEFINING: ReadonlySet<string> = new Set(['CREATE', 'ALTER', 'DROP']);
const OTHER_VERBS: ReadonlySet<string> = new Set(
  `ABORT ANALYZE BEGIN CHECK CHECKPOINT CHECKSUM CLOSE CLUSTER COMMENT COMMIT DEALLOCATE DECLARE DESC DESCRIBE DISCARD DO END
  EXEC EXECUTE EXPLAIN FETCH FLUSH GRANT HANDLER HELP IMPORT INSTALL KILL LISTEN LOCK MOVE NOTIFY OPTIMIZE PREPARE PURGE
  REASSIGN REFRESH REINDEX RELEASE RENAME REPAIR RESET REVOKE ROLLBACK SAVEPOINT SECURITY SET SHOW SHUTDOWN START STOP
  UNLISTEN UNLOCK USE VACUUM VALUES XA`.split(/\s+/),
);
/** What is created, altered or dropped. */
const OBJECTS: ReadonlySet<string> = new Set(
  `AGGREGATE CAST COLLATION DATABASE DOMAIN EVENT EXTENSION FUNCTION INDEX LANGUAGE OPERATOR POLICY PROCEDURE PUBLICATION ROLE
  RULE SCHEMA SEQUENCE SERVER STATISTICS SUBSCRIPTION TABLE TABLESPACE TRIGGER TYPE USER VIEW`.split(/\s+/),
);
const WITH_BODY: ReadonlySet<string> = new Set(['PROCEDURE', 'FUNCTION', 'TRIGGER', 'EVENT']);
/** Between a verb or a clause and the name of its table. */
const MODIFIERS: ReadonlySet<string> = new Set(
  'INTO IGNORE LOW_PRIORITY HIGH_PRIORITY DELAYED OVERWRITE ONLY LATERAL TABLE IF NOT EXISTS CONCURRENTLY QUICK'.split(
    ' ',
  ),
);
/** Words that end the list of tables. */
const CLAUSES: ReadonlySet<string> = new Set(
  `WHERE GROUP ORDER HAVING LIMIT OFFSET UNION EXCEPT INTERSECT WINDOW FOR RETURNING SET SELECT VALUES ON USING FETCH PROCEDURE
  QUALIFY`.split(/\s+/),
);
/** One bit of a number for each level; what is deeper names no table. */
const MOST_DEPTH = 30;
/** Tables that are looked at, and that make a template. */
const MOST_FOUND = 16;
const MOST_TABLES = 3;

interface Table {
  readonly name: string;
  readonly depth: number;
}

/** Reads one statement, up to its `;`. */
export function readStatement(tokens: Tokens): Statement {
  const reader = new StatementReader();
  for (;;) {
    const token = tokens.next();
    const ends = token.kind === 'end' || (token.kind === 'mark' && token.text === ';');
    if (!ends) reader.take(token);
    else return { ...reader.result(), more: token.kind !== 'end' && !reader.hasBody };
  }
}

class StatementReader {
  private verb = '';
  private object = '';
  private depth = 0;
  /** One bit for each depth: a query is there, its list of tables is open, a WITH is open. */
  private queries = 0;
  private lists = 0;
  private withs = 0;
  /** Parts of a name that is being read: `null` outside, `[]` where one is due. */
  private name: string[] | null = null;
  private dotted = false;
  private readonly found: Table[] = [];
  private readonly local = new Set<string>();
  private localDue = false;
  private previous = '';

  /** What follows a `;` may belong to the routine that is defined. */
  get hasBody(): boolean {
    return WITH_BODY.has(this.object);
  }

  take(token: Token): void {
    const word = token.kind === 'word' ? token.text.toUpperCase() : '';
    if (this.name !== null && this.extendName(token, word)) return;
    if (token.kind === 'mark') this.mark(token.text);
    else if (this.localDue && word !== 'RECURSIVE') this.declare(token.text);
    else if (word !== '') this.keyword(word);
    this.previous = word === '' ? token.text : word;
  }

  result(): { verb: string; tables: readonly string[] } {
    this.closeName();
    const tables = this.found.filter(({ name }) => !this.local.has(name.toLowerCase()));
    const outermost = Math.min(...tables.map(({ depth }) => depth));
    const most = READING.has(this.verb) ? MOST_TABLES : 1;
    const names = tables
      .filter(({ depth }) => most === 1 || depth === outermost)
      .map(({ name }) => fold(name));
    const verb = this.object === '' ? this.verb : `${this.verb} ${this.object}`;
    return { verb, tables: [...new Set(names)].slice(0, most) };
  }

  /** Whether the token belonged to the name of a table. */
  private extendName(token: Token, word: string): boolean {
    const name = this.name!;
    if (token.kind === 'mark' && token.text === '.' && name.length > 0 && !this.dotted) {
      this.dotted = true;
      return true;
    }
    const isName = token.kind === 'quoted' || (token.kind === 'word' && !CLAUSES.has(word));
    if (isName && (name.length === 0 || this.dotted)) {
      if (token.kind === 'word' && name.length === 0 && MODIFIERS.has(word)) return true;
      name.push(token.text);
      this.dotted = false;
      return true;
    }
    this.closeName();
    return false;
  }

  private closeName(): void {
    const parts = this.name;
    this.name = null;
    this.dotted = false;
    if (parts === null || parts.length === 0 || this.found.length >= MOST_FOUND) return;
    this.found.push({ name: parts.slice(-3).join('.'), depth: this.depth });
  }

  private mark(text: string): void {
    if (text === '(') this.depth++;
    else if (text === ')') {
      const inner = ~bit(this.depth);
      this.queries &= inner;
      this.lists &= inner;
      this.withs &= inner;
      this.depth = Math.max(0, this.depth - 1);
    } else if (text === ',') {
      if (has(this.lists, this.depth)) this.expectName();
      else if (has(this.withs, this.depth)) this.localDue = true;
    }
  }

  /** A name that WITH gives to a query. */
  private declare(name: string): void {
    this.localDue = false;
    if (this.local.size < MOST_FOUND) this.local.add(name.toLowerCase());
  }

  private keyword(word: string): void {
    if (word === 'WITH' && (this.verb === '' || this.previous === '(')) {
      this.withs |= bit(this.depth);
      this.localDue = true;
      return;
    }
    if (this.verb === '' && (this.withs === 0 || has(this.withs, this.depth))) this.begin(word);
    else if (this.object === '' && DEFINING.has(this.verb)) this.define(word);
    if (word === 'SELECT' || (word === 'DELETE' && this.previous === '(')) this.queries |= bit(this.depth);
    if (isVerb(word)) this.withs &= ~bit(this.depth);
    this.clause(word);
  }

  /** The first word says what is done; behind WITH, the first verb. */
  private begin(word: string): void {
    if (!isVerb(word)) {
      if (this.withs === 0) this.verb = NO_VERB;
      return;
    }
    this.verb = word;
    this.queries |= bit(this.depth);
    if (WRITING.has(word) && word !== 'DELETE' && word !== 'LOAD') this.expectName();
    if (word === 'TABLE') this.expectName();
  }

  private define(word: string): void {
    if (!OBJECTS.has(word)) return;
    this.object = word;
    if (word === 'TABLE' || word === 'VIEW') this.expectName();
  }

  private clause(word: string): void {
    if (word === 'FROM' && this.isTableClause()) {
      this.lists |= bit(this.depth);
      this.expectName();
    } else if (word === 'JOIN' && has(this.queries, this.depth)) {
      this.expectName();
    } else if (word === 'INTO' && this.verb === 'LOAD') {
      this.expectName();
    } else if (CLAUSES.has(word) && word !== 'ON' && word !== 'USING') {
      this.lists &= ~bit(this.depth);
    }
  }

  /** Not that of `EXTRACT(year FROM x)`, `IS DISTINCT FROM x`, `COPY x FROM STDIN`. */
  private isTableClause(): boolean {
    if (this.previous === 'DISTINCT' || !has(this.queries, this.depth)) return false;
    return READING.has(this.verb) || this.verb === 'DELETE' || this.depth > 0 || WRITING_FROM.has(this.verb);
  }

  private expectName(): void {
    if (this.depth <= MOST_DEPTH) this.name = [];
  }
}

/** A table behind FROM only counts where the statement named none before. */
const WRITING_FROM: ReadonlySet<string> = new Set(['UPDATE', 'INSERT', 'REPLACE', 'MERGE']);
/** Text that begins with no known word: tables in it mean nothing. */
const NO_VERB = '?';

function isVerb(word: string): boolean {
  return READING.has(word) || WRITING.has(word) || DEFINING.has(word) || OTHER_VERBS.has(word);
}

function bit(depth: number): number {
  return depth > MOST_DEPTH ? 0 : 1 << depth;
}

function has(bits: number, depth: number): boolean {
  return (bits & bit(depth)) !== 0;
}

function fold(name: string): string {
  return name.split('.').map(foldName).join('.');
}
