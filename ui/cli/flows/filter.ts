import type { Endpoint, NamedFlow } from '../../../enrich/index.ts';
import { lowerBound } from '../../../probe/index.ts';
import { ends } from './document.ts';

export interface FlowFilter {
  /** Part of a name of either end, any case. */
  readonly service: string | undefined;
  /** Server port. */
  readonly port: number | undefined;
  /** Only what failed to open, was reset, or had failed requests. */
  readonly failed: boolean;
  /** Only with a request or an opening at least this slow, microseconds. */
  readonly slow: number | undefined;
}

export function passes(named: NamedFlow, filter: FlowFilter): boolean {
  const { flow } = named;
  if (filter.failed && flow.failure === null && flow.failedRequests === 0) return false;
  if (filter.port !== undefined && ends(flow).server.port !== filter.port) return false;
  if (filter.slow !== undefined && slowest(named) < filter.slow) return false;
  const { service } = filter;
  return service === undefined || [named.local, named.remote].some((end) => isCalled(end, service));
}

/** Upper edge of the slowest request's bucket: a filter must not hide what may be slow. */
function slowest({ flow }: NamedFlow): number {
  const last = flow.latency.buckets.at(-1);
  return Math.max(last === undefined ? 0 : lowerBound(last + 1), flow.connectMicros ?? 0);
}

function isCalled({ tags, candidates }: Endpoint, text: string): boolean {
  const wanted = text.toLowerCase();
  const names = [tags.workload, tags.service, tags.pod, tags.process, tags.address, ...candidates];
  return names.some((name) => {
    if (name === undefined) return false;
    const full = tags.namespace === undefined ? name : `${tags.namespace}/${name}`;
    return full.toLowerCase().includes(wanted);
  });
}
