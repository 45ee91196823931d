import { CHUNKED, UNTOLD } from './reader.ts';

/** Methods whose names may be told; any other is `OTHER`, for the client can write anything there. */
const METHODS = [
  ...['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'QUERY', 'PURGE'],
  ...['PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'SEARCH', 'REPORT'],
] as const;
const KNOWN: ReadonlySet<string> = new Set(METHODS);

export const methodName = (method: string): string => (KNOWN.has(method) ? method : 'OTHER');

export interface RequestLine {
  readonly method: string;
  readonly target: string;
}

/** @param cut the line goes on beyond what is known of it */
export function requestLine(line: string, cut: boolean): RequestLine | null {
  const match = cut
    ? /^([A-Z]+) ([^\s]+)(?: HTTP\/1\.[01]?| HTTP\/?1?| HT{0,2}| )?$/.exec(line)
    : /^([!#$%&'*+.^_`|~\w-]{1,32}) (\S+) HTTP\/1\.\d$/.exec(line);
  if (match === null || (cut && !KNOWN.has(match[1]!))) return null;
  return { method: match[1]!, target: match[2]! };
}

/** Status of the first line of an answer, or 0. */
export function statusLine(line: string): number {
  const match = /^HTTP\/1\.\d (\d{3})(?: |$)/.exec(line);
  const status = match === null ? 0 : Number(match[1]);
  return status >= 100 ? status : 0;
}

/** Whether a request may begin like this: with a method that is known, or with the beginning of one. */
export const opensRequest = (text: string): boolean =>
  METHODS.some((method) =>
    text.length > method.length ? text.startsWith(`${method} `) : method.startsWith(text),
  );

export const opensResponse = (text: string): boolean =>
  text.length > 7 ? text.startsWith('HTTP/1.') : 'HTTP/1.'.startsWith(text);

/** How the fields of a head say that its body is framed. */
export class Framing {
  #length = -1;
  #coding = '';
  #wrong = false;

  reset(): void {
    this.#length = -1;
    this.#coding = '';
    this.#wrong = false;
  }

  field(name: string, value: string): void {
    if (name === 'transfer-encoding') this.#coding = value.toLowerCase();
    else if (name === 'content-length') {
      const first = /^(\d{1,15})(?:\s*,|$)/.exec(value);
      if (first === null) this.#wrong = true;
      else this.#length = Number(first[1]);
    }
  }

  /** @param otherwise when the head says nothing */
  follows(otherwise: number): number {
    if (this.#coding !== '') return this.#coding.endsWith('chunked') ? CHUNKED : UNTOLD;
    if (this.#wrong) return UNTOLD;
    return this.#length < 0 ? otherwise : this.#length;
  }
}
