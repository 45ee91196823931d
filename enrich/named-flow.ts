import type { Flow } from '../probe/index.ts';
import type { Endpoint } from './endpoint.ts';

/** A flow with both ends named as of its time. */
export interface NamedFlow {
  readonly flow: Flow;
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** A change of the cluster that may stand behind an anomaly. Times in microseconds since the epoch. */
export interface Change {
  readonly at: number;
  readonly kind:
    | 'rollout'
    | 'scaling'
    | 'pod moved'
    | 'pod started'
    | 'pod ended'
    | 'restart'
    | 'node'
    | 'endpoints'
    | 'configuration';
  readonly namespace: string;
  /** Workload, pod or node it happened to. */
  readonly subject: string;
  /** One phrase: "v2.11 → v2.12". */
  readonly what: string;
  /** Tags a failure domain could have if this change caused it, e.g. `{version: 'v2.12'}`. */
  readonly tags: Readonly<Record<string, string>>;
}
