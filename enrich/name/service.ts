import type { Endpoint } from '../endpoint.ts';
import type { ServiceView, SliceView } from '../read/service.ts';
import type { Workload } from '../table/owners.ts';
import type { PodRecord } from '../table/pod-record.ts';
import type { Tables } from '../table/tables.ts';
import type { EndpointPool } from './pool.ts';

/**
 * The endpoint of a service whose pod could not be told. It bears a workload only when all its members are of that one;
 * else the workloads, and addresses of no pod, are its candidates.
 */
export class ServiceNamer {
  readonly #tables: Tables;
  readonly #pool: EndpointPool;
  readonly #named = new WeakMap<ServiceView, Named>();

  constructor(tables: Tables, pool: EndpointPool) {
    this.#tables = tables;
    this.#pool = pool;
  }

  endpoint(service: ServiceView, time: number): Endpoint {
    const { pods, owners, members } = this.#tables;
    const slices = members.slices(service.ref, time);
    const known = this.#named.get(service);
    if (
      known?.slices === slices &&
      known.pods === pods.generation &&
      known.owners === owners.generation &&
      (known.claims === null || known.claims === pods.claims.generation)
    ) {
      return known.endpoint;
    }
    const endpoint = this.#make(service, slices);
    const bare = slices.some((slice) => slice.members.some(({ pod }) => pod === null));
    const claims = bare ? pods.claims.generation : null;
    this.#named.set(service, {
      slices,
      pods: pods.generation,
      owners: owners.generation,
      claims,
      endpoint,
    });
    return endpoint;
  }

  /** Names of the workloads behind a service now. */
  workloads({ ref }: ServiceView): readonly string[] {
    const { workloads } = this.#behind(this.#tables.members.latest(ref));
    return [...new Set([...workloads.values()].map(({ name }) => name))].sort();
  }

  #make(service: ServiceView, slices: readonly SliceView[]): Endpoint {
    const { workloads, addresses } = this.#behind(slices);
    const tags = { namespace: service.namespace, service: service.name };
    const [only] = workloads.values();
    if (only !== undefined && workloads.size === 1 && addresses.length === 0) {
      return this.#pool.get('service', { ...tags, kind: only.kind, workload: only.name });
    }
    return this.#pool.get('service', tags, [...workloads.keys(), ...addresses]);
  }

  #behind(slices: readonly SliceView[]): Behind {
    const { pods, owners } = this.#tables;
    const workloads = new Map<string, Workload>();
    const addresses: string[] = [];
    for (const { pod, ips } of slices.flatMap(({ members }) => members)) {
      const record = pod === null ? this.#holder(ips[0]) : pods.get(pod);
      if (record !== undefined) {
        const workload = owners.workloadOf(record.view);
        workloads.set(`${record.view.namespace}/${workload.kind}/${workload.name}`, workload);
      } else if (ips[0] !== undefined) addresses.push(ips[0]);
    }
    return { workloads, addresses };
  }

  #holder(ip: string | undefined): PodRecord | undefined {
    if (ip === undefined) return undefined;
    const holders = this.#tables.pods.claims.at(ip, Number.MAX_VALUE);
    return holders.length === 1 ? holders[0]!.holder : undefined;
  }
}

interface Behind {
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly addresses: readonly string[];
}

/** An endpoint, and the state of the tables it was made from. */
interface Named {
  readonly slices: readonly SliceView[];
  readonly pods: number;
  readonly owners: number;
  /** `null` where every member names its pod, so that it does not matter who holds its address. */
  readonly claims: number | null;
  readonly endpoint: Endpoint;
}
