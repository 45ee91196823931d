import { field, text } from '../read/value.ts';

/** An answer that is not the one asked for, or none at all. */
export class ApiError extends Error {
  /** HTTP status, also of a Status inside a watch; `null` when nothing answered. */
  readonly status: number | null;

  constructor(status: number | null, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ApiError';
    this.status = status;
  }

  /** From the body of an answer; Kubernetes says what is wrong in a Status object. */
  static of(status: number, body: unknown): ApiError {
    return new ApiError(status, text(field(body, 'message')) ?? `HTTP ${status}`);
  }

  /** From whatever a request failed with. */
  static from(error: unknown): ApiError {
    if (error instanceof ApiError) return error;
    const code = text(field(error, 'code'));
    const message = error instanceof Error && error.message !== '' ? error.message : String(error);
    return new ApiError(null, code === null || message.includes(code) ? message : `${code} ${message}`, {
      cause: error,
    });
  }
}
