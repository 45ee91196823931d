import type { ProblemBody } from '../../server/index.ts';

/** An answer that is a problem: the server was reached and said what is wrong. */
export class ApiProblem extends Error {
  readonly problem: ProblemBody;

  constructor(problem: ProblemBody) {
    super(problem.detail);
    this.name = 'ApiProblem';
    this.problem = problem;
  }
}

export type Query = Readonly<Record<string, string | number | null>>;

/** Path of an endpoint with its query; empty values are left out. */
export function apiPath(endpoint: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return `/api/v1/${endpoint}${text === '' ? '' : `?${text}`}`;
}

/** Throws `ApiProblem` when the server refuses, `TypeError` when it cannot be reached. */
export async function getJson<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(path, { signal, headers: { accept: 'application/json' } });
  if (response.ok) return (await response.json()) as T;
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) {
    throw new ApiProblem((await response.json()) as ProblemBody);
  }
  throw new TypeError(`${response.status} from ${path}`);
}
