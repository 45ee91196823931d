import type { HttpContent, HttpRequest } from '../http-codec.ts';
import type { RedisValue } from '../redis-codec.ts';

export interface Incoming {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface Outgoing {
  readonly status: number;
  readonly body: unknown;
}

export type Handler = (request: Incoming) => Promise<Outgoing>;

/** What a service of the shop may reach. */
export interface Neighbours {
  call(service: string, request: HttpRequest): Promise<HttpContent>;
  redis(...words: readonly string[]): Promise<RedisValue>;
}

export const ok = (body: unknown): Outgoing => ({ status: 200, body });

/** The parsed answer of a call that must succeed; anything else fails the request it is part of. */
export async function need<T>(
  neighbours: Neighbours,
  service: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const request: HttpRequest = body === undefined ? { method: 'GET', path } : { method: 'POST', path, body };
  const answer = await neighbours.call(service, request);
  if (answer.status !== 200) throw new Error(`${service} answered ${answer.status}`);
  return JSON.parse(answer.body) as T;
}

/** As `need`, but a page can do without it. */
export async function like<T>(neighbours: Neighbours, service: string, path: string): Promise<T | null> {
  return need<T>(neighbours, service, path).catch(() => null);
}
