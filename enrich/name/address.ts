import type { Endpoint } from '../endpoint.ts';
import { isOver } from '../read/pod.ts';
import type { NodeState } from '../table/nodes.ts';
import type { PodRecord } from '../table/pod-record.ts';
import type { Tables } from '../table/tables.ts';
import { holdersOf, type Times } from './holder.ts';
import { nodeTags, podEndpoint } from './pod.ts';
import type { EndpointPool } from './pool.ts';
import { ServiceNamer } from './service.ts';

/** An end of which only the address is known. */
export interface AddressedEnd {
  readonly ip: string;
  /** Port where it is the server; `null` where it is the client, whose port says nothing. */
  readonly port: number | null;
  /** `namespace/name` of the service that was asked for. */
  readonly service: string | null;
  /** Process, where the end is local and its process known. */
  readonly process: string | null;
}

/** Names ends by the interval table of addresses. */
export class AddressNamer {
  readonly #tables: Tables;
  readonly #pool: EndpointPool;
  readonly services: ServiceNamer;

  constructor(tables: Tables, pool: EndpointPool) {
    this.#tables = tables;
    this.#pool = pool;
    this.services = new ServiceNamer(tables, pool);
  }

  name(end: AddressedEnd, times: Times): Endpoint {
    const { ip, process } = end;
    const held = holdersOf(this.#tables.pods, ip, times);
    if (held !== null && 'view' in held) return this.pod(held, end, times.to);
    const tags = process === null ? {} : { process };
    if (held !== null) return this.#pool.unresolved(ip, tags, held.map(label));
    const node = this.nodeAt(ip, times.to);
    if (node !== undefined) return this.#onNode(node, end, times.to);
    return this.#service(end, times.to) ?? this.#pool.unresolved(ip, tags);
  }

  pod(record: PodRecord, { port, service, process }: AddressedEnd, time: number): Endpoint {
    const end = { resolution: 'pod-ip', containerId: null, process, port, service } as const;
    return podEndpoint(this.#tables, this.#pool, record, time, end);
  }

  /** The node an address belongs to, from its own object or from the hostNetwork pods that report it. */
  nodeAt(ip: string, time: number): NodeState | undefined {
    const node = this.#tables.nodes.byIp(ip, time);
    if (node !== undefined) return node;
    const name = this.#tables.pods.claims.at(ip, time).find(({ shared }) => shared)?.holder.view.node;
    if (name === undefined || name === null) return undefined;
    return this.#tables.nodes.state(name, time) ?? { name, zone: null, region: null };
  }

  /** A node's address is everybody's on it: a pod is named only where it alone declares the port. */
  #onNode(node: NodeState, end: AddressedEnd, time: number): Endpoint {
    const onHost = this.#tables.pods.claims.at(end.ip, time).map(({ holder }) => holder);
    const declaring = end.port === null ? [] : this.#declaring(onHost, node.name, end.port);
    if (declaring.length === 1) return this.pod(declaring[0]!, end, time);
    const ported = end.port === null ? [] : this.#tables.services.byNodePort(end.port, time);
    if (declaring.length === 0 && ported.length === 1) return this.services.endpoint(ported[0]!, time);
    return this.#pool.get('node', nodeTags(node), (declaring.length > 0 ? declaring : onHost).map(label));
  }

  #declaring(onHost: readonly PodRecord[], node: string, port: number): readonly PodRecord[] {
    const direct = onHost.filter(({ view }) => view.containers.some(({ ports }) => ports.includes(port)));
    const forwarded = [...this.#tables.pods.withHostPorts(node)].filter(
      ({ view, gone }) =>
        !gone && !isOver(view) && view.containers.some(({ hostPorts }) => hostPorts.includes(port)),
    );
    return [...new Set([...direct, ...forwarded])];
  }

  #service({ ip, port }: AddressedEnd, time: number): Endpoint | null {
    const { services, members } = this.#tables;
    const found = port === null ? [] : services.byAddress(ip, port, time);
    if (found.length === 1) return this.services.endpoint(found[0]!, time);
    if (found.length > 1) return this.#pool.unresolved(ip, {}, found.map(label));
    // An address outside the cluster that a Service was given by hand: a database, a partner.
    const given = (members.of(ip)?.at(time) ?? []).map(({ service }) => service);
    if (given.length > 1) return this.#pool.unresolved(ip, {}, given);
    const view = given.length === 1 ? services.at(given[0]!, time) : null;
    if (view === null) return null;
    return this.#pool.get('service', { namespace: view.namespace, service: view.name, address: ip });
  }
}

const label = (thing: PodRecord | { readonly namespace: string; readonly name: string }): string => {
  const { namespace, name } = 'view' in thing ? thing.view : thing;
  return `${namespace}/${name}`;
};
