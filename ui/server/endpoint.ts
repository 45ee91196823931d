import { createRoute, type z } from '@hono/zod-openapi';
import { ProblemSchema } from './problem.ts';

/** A reading endpoint: validated query in, one JSON document or a problem out. */
export function endpoint<const Path extends string, Query extends z.ZodObject, Body extends z.ZodType>(
  path: Path,
  summary: string,
  query: Query,
  body: Body,
) {
  return createRoute({
    method: 'get',
    path,
    summary,
    request: { query },
    responses: {
      200: { description: summary, content: { 'application/json': { schema: body } } },
      default: {
        description: 'What went wrong, as problem details',
        content: { 'application/problem+json': { schema: ProblemSchema } },
      },
    },
  });
}
