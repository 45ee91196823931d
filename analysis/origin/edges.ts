import { quietBelief } from '../statistics/belief.ts';
import { FALSE_REPORTS } from '../thresholds.ts';
import { callsOf, type EdgeTable, withoutHoles } from './edge-table.ts';
import { originOfCalls } from './edge-time.ts';
import { samplesOf, surprising } from './failures.ts';
import { footprintChange } from './footprint.ts';
import { missingCalls } from './missing.ts';
import { callersOf, callsPerRequest } from './per-request.ts';
import type { ServicePoints } from './points.ts';
import type { SeriesOrigin } from './rank.ts';

/**
 * Where an incident started that shows at the entry of a system: where requests fail, at who stopped making calls, or whose
 * requests cost something else than before; otherwise at who added time of its own. Delay between two services counts as
 * the callee's, which is what its callers see of it. All services, the likeliest first.
 */
export function originOfEdges(before: EdgeTable, after: EdgeTable): readonly SeriesOrigin[] {
  const [past, now] = [withoutHoles(before), withoutHoles(after)];
  const rates = callsPerRequest(callsOf(past), past.requests);
  const byTime = originOfCalls(rates, past, now);
  const changes = new Map(
    byTime.map(({ service }) => [service, costChange(service, past, now, byTime.length)]),
  );
  if (past.latency.size === 0) return byUse(byTime, changes);
  if (!fails(past, now)) return byTime;

  const missing = missingCalls(rates, past.requests, now.requests);
  const enough = Math.log(byTime.length / FALSE_REPORTS);
  const stopped = (service: string) => (missing.get(service) ?? 0) > enough;
  const callers = callersOf(callsOf(past));
  /**
   * A changed cost under a caller that gave up says who failed; else calls left out say who gave up; else a changed cost says
   * it of those without calls; else requests failed because they took too long; who answers the people is left.
   */
  const evidenceOf = ({ service, own, stands }: SeriesOrigin): Evidence => {
    const change = changes.get(service)!;
    if (change > 1 && callers.get(service)?.some(stopped)) return { kind: 5, weight: change };
    if (stopped(service)) return { kind: 4, weight: missing.get(service)! };
    if (change > 1) return { kind: 3, weight: change };
    if (stands) return { kind: 2, weight: own };
    return service === now.entry.service ? { kind: 1, weight: own } : { kind: 0, weight: own };
  };
  return byTime
    .map((origin) => ({ origin, evidence: evidenceOf(origin) }))
    .sort(({ evidence: a }, { evidence: b }) => b.kind - a.kind || b.weight - a.weight)
    .map(({ origin, evidence }) => ({ ...origin, stands: evidence.kind > 0 }));
}

/** Where no edge was measured, what the services use is all that there is. */
function byUse(
  services: readonly SeriesOrigin[],
  changes: ReadonlyMap<string, number>,
): readonly SeriesOrigin[] {
  return services
    .map((origin) => ({ ...origin, stands: changes.get(origin.service)! > 1 }))
    .sort((a, b) => changes.get(b.service)! - changes.get(a.service)!);
}

/** Why a service may have failed, the better reason with the higher kind, and how much there is of it. */
interface Evidence {
  readonly kind: 0 | 1 | 2 | 3 | 4 | 5;
  readonly weight: number;
}

function fails(past: EdgeTable, now: EdgeTable): boolean {
  const failed = ({ entry, requests }: EdgeTable): ServicePoints => ({
    requests: requests.get(entry.service) ?? new Float64Array(),
    value: entry.failed,
  });
  return surprising(samplesOf(failed(now)), quietBelief(samplesOf(failed(past))), 1).length > 0;
}

function costChange(service: string, past: EdgeTable, now: EdgeTable, services: number): number {
  const of = ({ requests, used }: EdgeTable) => ({
    requests: requests.get(service) ?? new Float64Array(),
    used: used.get(service) ?? [],
  });
  return footprintChange(of(past), of(now), services);
}
