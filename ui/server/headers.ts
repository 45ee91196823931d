import type { MiddlewareHandler } from 'hono';
import { HttpProblem } from './problem.ts';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Nothing but the page's own files runs; names of workloads are text whatever they contain. */
export const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  context.header('content-security-policy', POLICY);
  context.header('x-content-type-options', 'nosniff');
  context.header('referrer-policy', 'no-referrer');
  context.header('cross-origin-opener-policy', 'same-origin');
  context.header('cross-origin-resource-policy', 'same-origin');
};

/**
 * A page elsewhere may let its own name resolve to 127.0.0.1 and so reach what only listens there. Whoever listens on
 * loopback is only ever called by a loopback name, so any other `Host` is such a page.
 */
export function loopbackOnly(host: string): MiddlewareHandler {
  return async (context, next) => {
    if (isLoopback(host)) {
      const called = context.req.header('host') ?? '';
      if (!isLoopback(hostname(called))) {
        throw new HttpProblem(
          403,
          'FL-554',
          'The request names a host this server does not listen as',
          'Open it as 127.0.0.1 or localhost, or listen on the address it is called by.',
        );
      }
    }
    await next();
  };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The name of a `Host` header without its port. */
function hostname(header: string): string {
  const end = header.startsWith('[') ? header.indexOf(']') + 1 : header.indexOf(':');
  return (end > 0 ? header.slice(0, end) : header).toLowerCase();
}
