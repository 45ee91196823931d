import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { FaultlineError } from '../../probe/index.ts';

/** Problem details (RFC 9457) with faultline's code, hint and, for names, what was probably meant. */
export const ProblemSchema = z
  .object({
    type: z.string().openapi({ example: 'urn:faultline:FL-552' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().openapi({ example: 'FL-552' }),
    hint: z.string(),
    nearest: z.array(z.string()).optional(),
    candidates: z.array(z.string()).optional(),
  })
  .openapi('Problem');

export type Problem = z.infer<typeof ProblemSchema>;
type Status = 400 | 403 | 404 | 409 | 500 | 503;

/** An error that knows how to be answered over HTTP. */
export class HttpProblem extends FaultlineError {
  readonly status: Status;
  readonly extra: Pick<Problem, 'nearest' | 'candidates'>;

  constructor(
    status: Status,
    code: `FL-${number}`,
    message: string,
    hint: string,
    extra: Pick<Problem, 'nearest' | 'candidates'> = {},
  ) {
    super(code, message, hint);
    this.name = 'HttpProblem';
    this.status = status;
    this.extra = extra;
  }
}

const TITLES: Readonly<Record<Status, string>> = {
  400: 'The request cannot be understood',
  403: 'Refused',
  404: 'Not found',
  409: 'Ambiguous',
  500: 'Something broke inside',
  503: 'Cannot answer now',
};

export function problemResponse(context: Context, error: unknown): Response {
  const problem = problemOf(error);
  return context.body(JSON.stringify(problem), problem.status as Status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  });
}

function problemOf(error: unknown): Problem {
  if (error instanceof HttpProblem) return describe(error.status, error, error.extra);
  if (error instanceof FaultlineError) return describe(500, error, {});
  // What broke inside may name files and addresses of this machine: it goes to the log, not over the wire.
  return describe(
    500,
    new FaultlineError('FL-559', 'The answer could not be worked out', 'The log of the server says why.'),
    {},
  );
}

function describe(status: Status, error: FaultlineError, extra: Partial<Problem>): Problem {
  return {
    type: `urn:faultline:${error.code}`,
    title: TITLES[status],
    status,
    detail: error.message,
    code: error.code,
    hint: error.hint,
    ...extra,
  };
}
