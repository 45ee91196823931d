import type { MiddlewareHandler } from 'hono';
import { HttpProblem } from './problem.ts';

/** Questions answered at the same time; the store works through them one after the other anyway. */
const MAX_IN_FLIGHT = 64;

/** Gives up on answers that take too long, and refuses more questions than can be worked on. */
export function bounded(timeoutMs: number): MiddlewareHandler {
  let inFlight = 0;
  return async (_context, next) => {
    if (inFlight >= MAX_IN_FLIGHT) {
      throw new HttpProblem(503, 'FL-557', 'Too many questions at once', 'Ask again in a moment.');
    }
    inFlight++;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      const problem = new HttpProblem(
        503,
        'FL-556',
        `No answer within ${timeoutMs / 1000} s`,
        'Ask for a shorter period or fewer hops.',
      );
      timer = setTimeout(() => reject(problem), timeoutMs);
    });
    try {
      await Promise.race([next(), tooLate]);
    } finally {
      clearTimeout(timer);
      inFlight--;
    }
  };
}
