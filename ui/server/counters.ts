import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';

/** What the server counts about itself. */
export class ServerCounters {
  readonly requests = new Map<string, { route: string; status: number; count: number }>();
  streams = 0;
  events = 0;

  readonly middleware: MiddlewareHandler = async (context, next) => {
    await next();
    // The pattern, never the path: a path holds names, and names are without bound.
    const route = routePath(context, -1);
    const key = `${route} ${context.res.status}`;
    const entry = this.requests.get(key) ?? { route, status: context.res.status, count: 0 };
    entry.count++;
    this.requests.set(key, entry);
  };
}
