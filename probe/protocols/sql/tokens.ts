/** Which rules of quoting the text follows. */
export type SqlDialect = 'postgres' | 'mysql';

/** A piece of a statement that may be part of a template. Literals, parameters and comments are none. */
export interface Token {
  /** `mark` is one character of punctuation; `end` is a place behind which nothing can be read for sure. */
  readonly kind: 'word' | 'quoted' | 'mark' | 'end';
  readonly text: string;
}

const code = (character: string): number => character.charCodeAt(0);
const QUOTE = code("'");
const DOUBLE = code('"');
const BACKTICK = code('`');
const BACKSLASH = code('\\');
const DOLLAR = code('$');
const DASH = code('-');
const SLASH = code('/');
const STAR = code('*');
const HASH = code('#');
const EXCLAMATION = code('!');
const NEWLINE = 10;

const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;
const isSpace = (c: number): boolean => c === 0x20 || (c >= 9 && c <= 13) || c === 0;
const isStart = (c: number): boolean =>
  (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x5f || c >= 0x80;
const isGap = (c: number | undefined): boolean => c === undefined || c <= 0x20;
const isPart = (c: number): boolean => isStart(c) || isDigit(c) || c === DOLLAR;

/**
 * The words, quoted identifiers and punctuation of SQL text. Total, one pass. A literal never becomes a token, however it is quoted;
 * where a server may read the same bytes in two ways, depending on a setting nobody sees, the tokens end.
 */
export class Tokens {
  private readonly bytes: Uint8Array;
  private readonly dialect: SqlDialect;
  private readonly cut: boolean;
  private at = 0;
  /** Behind a comment of MySQL whose content is executed: a string with the end of a comment in it can be read in two ways. */
  private executable = false;

  /** @param cut more text followed: a name that touches the end may be half of one */
  constructor(bytes: Uint8Array, dialect: SqlDialect, cut: boolean) {
    this.bytes = bytes;
    this.dialect = dialect;
    this.cut = cut;
  }

  next(): Token {
    const { bytes } = this;
    while (this.at < bytes.length) {
      const c = bytes[this.at]!;
      if (isSpace(c)) this.at++;
      else if (this.isComment(c)) this.skipComment(c);
      else if (c === QUOTE || (c === DOUBLE && this.dialect === 'mysql')) {
        if (!this.skipString(c)) return this.stop();
      } else if (isDigit(c)) this.skipNumber();
      else if (c === DOLLAR) this.skipDollar();
      else if (c === DOUBLE || c === BACKTICK) return this.quoted(c);
      else if (isStart(c)) {
        const word = this.word();
        if (word !== null) return word;
      } else return { kind: 'mark', text: String.fromCharCode(bytes[this.at++]!) };
    }
    return END;
  }

  private isComment(c: number): boolean {
    const following = this.bytes[this.at + 1];
    if (c === DASH)
      return following === DASH && (this.dialect === 'postgres' || isGap(this.bytes[this.at + 2]));
    if (c === SLASH) return following === STAR;
    return c === HASH && this.dialect === 'mysql';
  }

  private skipComment(c: number): void {
    if (c !== SLASH) {
      const end = this.bytes.indexOf(NEWLINE, this.at);
      this.at = end < 0 ? this.bytes.length : end + 1;
      return;
    }
    if (this.dialect === 'mysql' && this.bytes[this.at + 2] === EXCLAMATION) {
      this.at += 3;
      this.executable = true;
      return;
    }
    let depth = 1;
    for (this.at += 2; this.at < this.bytes.length && depth > 0; this.at++) {
      const [first, second] = [this.bytes[this.at], this.bytes[this.at + 1]];
      if (first === STAR && second === SLASH) depth--;
      else if (first === SLASH && second === STAR && this.dialect === 'postgres') depth++;
      else continue;
      this.at++;
    }
  }

  /**
   * From the opening quote. False where it cannot be told which quote closes it: whether a backslash escapes one is a setting of the
   * server, except after `E` in PostgreSQL.
   */
  private skipString(quote: number, certain = false): boolean {
    let slashes = 0;
    for (this.at++; this.at < this.bytes.length; this.at++) {
      const c = this.bytes[this.at]!;
      if (this.executable && c === SLASH && this.bytes[this.at - 1] === STAR) return false;
      if (c === BACKSLASH) {
        slashes++;
        continue;
      }
      if (c === quote) {
        const escaped = slashes % 2 === 1;
        if (escaped && !certain) return false;
        if (!escaped && this.bytes[this.at + 1] !== quote) {
          this.at++;
          return true;
        }
        if (!escaped) this.at++;
      }
      slashes = 0;
    }
    return true;
  }

  /** `12`, `1.5e-3`, `0xFF`, `1_000`; whatever is stuck to it. */
  private skipNumber(): void {
    const { bytes } = this;
    while (this.at < bytes.length) {
      const c = bytes[this.at]!;
      const exponent = (c === DASH || c === 0x2b) && (bytes[this.at - 1]! | 0x20) === 0x65;
      if (!isPart(c) && c !== 0x2e && !(exponent && isDigit(bytes[this.at + 1] ?? 0))) return;
      this.at++;
    }
  }

  /** `$1`, or `$tag$ … $tag$`. */
  private skipDollar(): void {
    const { bytes } = this;
    const begin = this.at++;
    if (this.dialect === 'mysql' || isDigit(bytes[this.at] ?? 0)) {
      this.skipNumber();
      return;
    }
    while (this.at < bytes.length && isPart(bytes[this.at]!) && bytes[this.at] !== DOLLAR) this.at++;
    if (bytes[this.at] !== DOLLAR) return;
    const tag = bytes.subarray(begin, ++this.at);
    while (this.at < bytes.length) {
      const end = bytes.indexOf(DOLLAR, this.at);
      if (end < 0) break;
      if (startsAt(bytes, end, tag)) {
        this.at = end + tag.length;
        return;
      }
      this.at = end + 1;
    }
    this.at = bytes.length;
  }

  /** A quoted identifier; one without its end is none. */
  private quoted(quote: number): Token {
    const begin = ++this.at;
    for (; this.at < this.bytes.length; this.at++) {
      if (this.bytes[this.at] !== quote) continue;
      if (this.bytes[this.at + 1] !== quote)
        return { kind: 'quoted', text: decode(this.bytes.subarray(begin, this.at++)) };
      this.at++;
    }
    return END;
  }

  /** `null` where the word introduces a literal: `E'…'`, `N'…'`, `x'…'`, `_utf8'…'`, `U&'…'`. */
  private word(): Token | null {
    const { bytes } = this;
    const begin = this.at;
    while (this.at < bytes.length && isPart(bytes[this.at]!)) this.at++;
    const c = bytes[this.at];
    const text = bytes.subarray(begin, this.at);
    if (c === QUOTE || (c === DOUBLE && this.dialect === 'mysql')) {
      const escapes = this.dialect === 'postgres' && text.length === 1 && (text[0]! | 0x20) === 0x65;
      return this.skipString(c, escapes) ? null : this.stop();
    }
    if (this.at >= bytes.length && this.cut) return END;
    return { kind: 'word', text: decode(text) };
  }

  private stop(): Token {
    this.at = this.bytes.length;
    return END;
  }
}

const END: Token = { kind: 'end', text: '' };

/** Longest name that is looked at; PostgreSQL and MySQL end names at 63 and 64 bytes. */
const MOST_NAME = 128;
const UTF8 = new TextDecoder();

function decode(bytes: Uint8Array): string {
  return UTF8.decode(bytes.subarray(0, MOST_NAME));
}

function startsAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}
