import type { Flow, Gauge } from '../../probe/index.ts';
import type { Endpoint } from '../endpoint.ts';
import type { NamedFlow } from '../named-flow.ts';
import type { PodRecord } from '../table/pod-record.ts';
import type { Tables } from '../table/tables.ts';
import { AddressNamer } from './address.ts';
import { type CgroupPod, podsOfCgroup } from './cgroup.ts';
import { nodeTags, podEndpoint } from './pod.ts';
import type { EndpointPool } from './pool.ts';

/** Cgroup paths taken apart and remembered; each container has one. */
const MAX_CGROUPS = 100_000;

/** Names both ends of flows. */
export class FlowNamer {
  readonly #tables: Tables;
  readonly #pool: EndpointPool;
  readonly #node: string | null;
  readonly #cgroups = new Map<string, Cgroup>();
  readonly addresses: AddressNamer;

  constructor(tables: Tables, pool: EndpointPool, node: string | null) {
    this.#tables = tables;
    this.#pool = pool;
    this.#node = node;
    this.addresses = new AddressNamer(tables, pool);
  }

  name(flow: Flow): NamedFlow {
    const { pods, found } = this.#cgroup(flow.owner?.cgroup ?? '');
    const local = this.#local(flow, pods.length > 0, found);
    return { flow, local, remote: this.#remote(flow, found?.record) };
  }

  /**
   * Whose a gauge is: of a queue whoever listens, of ports whoever has the address, of a table the pod that lives in the namespace, the
   * node where it is the machine's own.
   */
  gauge({ kind, local, owner, netnsName, time }: Gauge): Endpoint {
    const { pods, found } = this.#cgroup(owner?.cgroup ?? '');
    const nobody = { role: 'client', local: local ?? { ip: LOOPBACK, port: 0 }, owner: null } as const;
    const times = { from: time, to: time, durationMicros: 0 };
    switch (kind) {
      case 'accept queue':
        return this.#local({ ...nobody, ...times, role: 'server', owner }, pods.length > 0, found);
      case 'local ports':
        return this.#local({ ...nobody, ...times }, false, undefined);
      case 'connection tracking': {
        if (found !== undefined) return this.#local({ ...nobody, ...times }, true, found);
        return netnsName === null
          ? this.#local({ ...nobody, ...times }, false, undefined)
          : this.#pool.unresolved(netnsName);
      }
    }
  }

  #local(flow: LocalEnd, inPod: boolean, found: Found | undefined): Endpoint {
    const { role, local, owner } = flow;
    const process = owner?.process ?? null;
    const port = role === 'server' ? local.port : null;
    if (found !== undefined) {
      const end = {
        resolution: 'process',
        containerId: found.container,
        process,
        port,
        service: null,
      } as const;
      return podEndpoint(this.#tables, this.#pool, found.record, flow.to, end);
    }
    // The pod is not known yet, or not any more; its address may be another's.
    if (inPod) return this.#pool.unresolved(local.ip, process === null ? {} : { process });
    const named = this.#outside(flow, port, process);
    if (named !== null) return named;
    const node = this.#nodeOf(local.ip, flow.to);
    const tags = { namespace: '', workload: process!, process: process!, ...nodeTags(node, this.#node) };
    return this.#pool.get('process', tags);
  }

  /** A local end without a pod's cgroup, by its address: where that is a pod's own, or nobody knows the process. */
  #outside(flow: LocalEnd, port: number | null, process: string | null): Endpoint | null {
    const { ip } = flow.local;
    if (process === null) {
      return isLoopback(ip)
        ? this.#host(ip, flow.to)
        : this.addresses.name({ ip, port, service: null, process }, timesOf(flow));
    }
    const inPod = this.#tables.pods.claims.at(ip, flow.to).some(({ shared }) => !shared);
    return inPod ? this.addresses.name({ ip, port, service: null, process }, timesOf(flow)) : null;
  }

  #remote(flow: Flow, local: PodRecord | undefined): Endpoint {
    const { peer, role } = flow;
    const server = role === 'client';
    const end = {
      ip: peer.ip,
      port: server ? peer.port : null,
      service: server ? this.#asked(flow) : null,
      process: null,
    };
    if (!isLoopback(peer.ip)) return this.addresses.name(end, timesOf(flow));
    if (local !== undefined) return this.addresses.pod(local, end, flow.to);
    return this.#host(flow.local.ip, flow.to);
  }

  /** Something on the same machine as the local end. */
  #host(localIp: string, time: number): Endpoint {
    const tags = nodeTags(this.#nodeOf(localIp, time), this.#node);
    return tags.node === undefined ? this.#pool.unresolved(localIp) : this.#pool.get('node', tags);
  }

  #nodeOf(ip: string, time: number) {
    return (
      this.addresses.nodeAt(ip, time) ??
      (this.#node === null ? undefined : this.#tables.nodes.state(this.#node, time))
    );
  }

  #asked({ asked, to }: Flow): string | null {
    if (asked === null) return null;
    const found = this.#tables.services.byAddress(asked.ip, asked.port, to);
    return found.length === 1 ? found[0]!.ref : null;
  }

  /** The pods a cgroup path names, and the one of them that is known. */
  #cgroup(path: string): Cgroup {
    const cached = this.#cgroups.get(path);
    if (cached !== undefined && (cached.pods.length === 0 || cached.found?.record.forgotten === false)) {
      return cached;
    }
    if (this.#cgroups.size >= MAX_CGROUPS) this.#cgroups.clear();
    const pods = cached?.pods ?? podsOfCgroup(path);
    const cgroup = { pods, found: this.#known(pods) };
    this.#cgroups.set(path, cgroup);
    return cgroup;
  }

  #known(cgroup: readonly CgroupPod[]): Found | undefined {
    for (const { pod, container } of cgroup) {
      const { pods } = this.#tables;
      const record = pods.get(pod) ?? (container === null ? undefined : pods.get(container));
      if (record !== undefined) return { record, container };
    }
    return undefined;
  }
}

/** What names the end of a socket on this machine. */
type LocalEnd = Pick<Flow, 'role' | 'local' | 'owner' | 'from' | 'to' | 'durationMicros'>;

interface Cgroup {
  readonly pods: readonly CgroupPod[];
  readonly found: Found | undefined;
}

interface Found {
  readonly record: PodRecord;
  readonly container: string | null;
}

const timesOf = ({ from, to, durationMicros }: LocalEnd) => ({ from, to, opened: to - durationMicros });

const LOOPBACK = '127.0.0.1';

const isLoopback = (ip: string): boolean => ip.startsWith('127.') || ip === '::1';
