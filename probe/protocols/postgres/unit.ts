import type { Asked } from '../pending.ts';

/**
 * One thing the server will answer. A `query` (simple protocol) ends with ReadyForQuery, an `execute` with its CommandComplete or
 * PortalSuspended, a `prepare` (Parse, Bind, Describe or Close without Execute) with as many completions as it has parts;
 * `sync` is the ReadyForQuery behind a group of them and no request of its own.
 */
export interface Unit {
  readonly kind: 'query' | 'execute' | 'prepare' | 'sync';
  readonly asked: Asked;
  operation: string;
  parts: number;
  /** 0 = not yet. */
  answeredAt: number;
  status: number;
  failed: boolean;
  timed: boolean;
  /** Its answer is complete; only an error at the Sync behind it can still change it. */
  done: boolean;
}

export function unit(kind: Unit['kind'], asked: Asked, operation: string, parts = 0): Unit {
  return {
    kind,
    asked,
    operation,
    parts,
    answeredAt: 0,
    status: 0,
    failed: false,
    timed: true,
    done: false,
  };
}
