import type { Endpoint } from '../endpoint.ts';
import type { ServiceView, SliceView } from '../read/service.ts';
import type { Workload } from '../table/owners.ts';
import type { PodRecord } from '../table/pods.ts';
import { serviceKey } from '../table/services.ts';
import type { Tables } from '../table/tables.ts';
import type { EndpointPool } from './pool.ts';

/**
 * The endpoint of a service whose pod could not be told. It bears a workload only when all its members are of that one;
 * else the workloads, and addresses of no pod, are its candidates.
 */
export class ServiceNamer {
  readonly #tables: Tables;
  readonly #pool: EndpointPool;
  #behind = new WeakMap<readonly SliceView[], { readonly generation: string; readonly found: Behind }>();

  constructor(tables: Tables, pool: EndpointPool) {
    this.#tables = tables;
    this.#pool = pool;
  }

  endpoint(service: ServiceView, time: number): Endpoint {
    const { workloads, addresses } = this.#resolve(this.#tables.members.slices(serviceKey(service), time));
    const tags = { namespace: service.namespace, service: service.name };
    const [only] = workloads.values();
    if (only !== undefined && workloads.size === 1 && addresses.length === 0) {
      return this.#pool.get('service', { ...tags, kind: only.kind, workload: only.name });
    }
    return this.#pool.get('service', tags, [...workloads.keys(), ...addresses]);
  }

  /** Names of the workloads behind a service now. */
  workloads(service: ServiceView): readonly string[] {
    const { workloads } = this.#resolve(this.#tables.members.latest(serviceKey(service)));
    return [...new Set([...workloads.values()].map(({ name }) => name))].sort();
  }

  #resolve(slices: readonly SliceView[]): Behind {
    const { pods, owners } = this.#tables;
    const generation = `${pods.generation}/${owners.generation}`;
    const known = this.#behind.get(slices);
    if (known?.generation === generation) return known.found;
    const workloads = new Map<string, Workload>();
    const addresses: string[] = [];
    for (const { pod, ips } of slices.flatMap(({ members }) => members)) {
      const record = pod === null ? this.#holder(ips[0]) : pods.get(pod);
      if (record !== undefined) {
        const workload = owners.workloadOf(record.view);
        workloads.set(`${record.view.namespace}/${workload.kind}/${workload.name}`, workload);
      } else if (ips[0] !== undefined) addresses.push(ips[0]);
    }
    const found = { workloads, addresses };
    this.#behind.set(slices, { generation, found });
    return found;
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
