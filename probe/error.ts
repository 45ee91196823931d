/**
 * An error people can meet: `FL-NNN: what happened. What to do.` Codes: 1xx probe, 2xx enrich, 3xx graph, 4xx analysis,
 * 5xx commands and server, 6xx usage. Every code is explained in docs/errors.md (a test keeps it so).
 */
export class FaultlineError extends Error {
  readonly code: `FL-${number}`;
  /** One sentence that says what to do. */
  readonly hint: string;

  constructor(code: `FL-${number}`, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'FaultlineError';
    this.code = code;
    this.hint = hint;
  }
}
