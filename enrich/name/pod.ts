import type { Endpoint, Resolution } from '../endpoint.ts';
import { imageVersion } from '../read/image.ts';
import type { ContainerView } from '../read/pod.ts';
import type { Membership } from '../table/members.ts';
import type { NodeState } from '../table/nodes.ts';
import type { PodRecord, PodState } from '../table/pod-record.ts';
import type { Tables } from '../table/tables.ts';
import type { EndpointPool } from './pool.ts';
import { surroundingsOf } from './surroundings.ts';

/** Names kept with one state of a pod; processes of many names (build jobs) must not make it grow. */
const MAX_NAMES = 32;

/** What a flow tells of a pod's end beside the pod. */
export interface PodEnd {
  readonly resolution: Resolution;
  /** Runtime id of the container, from the cgroup. */
  readonly containerId: string | null;
  readonly process: string | null;
  /** Port of the pod where it is the server; `null` where it is the client. */
  readonly port: number | null;
  /** `namespace/name` of the service the client asked for. */
  readonly service: string | null;
}

/** The endpoint of a pod as it was at a time. Made once for each state of the pod, its node, and the end. */
export function podEndpoint(
  tables: Tables,
  pool: EndpointPool,
  record: PodRecord,
  time: number,
  end: PodEnd,
): Endpoint {
  const { owners } = tables;
  const { state, node, memberships } = surroundingsOf(tables, record, time);
  if (state.workload === null || (!state.workload.certain && state.generation !== owners.generation)) {
    state.workload = owners.workloadOf(state.view);
    state.generation = owners.generation;
    state.names = [];
  }
  const service = pickService(memberships, end);
  const container = pickContainer(record, state, end);
  const { resolution, process } = end;
  for (const known of state.names) {
    if (
      known.process === process &&
      known.service === service &&
      known.container === container &&
      known.node === node &&
      known.resolution === resolution
    ) {
      return known.endpoint;
    }
  }
  const endpoint = make(pool, state, node, service, container, end);
  const kept = state.names.length < MAX_NAMES ? state.names : [];
  state.names = [...kept, { node, service, container, resolution, process, endpoint }];
  return endpoint;
}

/** The service that was asked for, else one that leads to the port, else the first by name. */
function pickService(memberships: readonly Membership[], { service, port }: PodEnd): string | undefined {
  if (memberships.length === 0) return undefined;
  const asked =
    service === null ? undefined : memberships.find((membership) => membership.service === service);
  const leading = port === null ? undefined : memberships.find(({ ports }) => ports.includes(port));
  return (asked ?? leading ?? memberships[0]!).name;
}

/** By its id, else as the only one that runs, else as the only one that declares the port. */
function pickContainer(
  record: PodRecord,
  { view, lasting }: PodState,
  { containerId, port }: PodEnd,
): ContainerView | null {
  if (view.containers.length === 1) return view.containers[0]!;
  const name = containerId === null ? undefined : record.containers.get(containerId);
  if (name !== undefined) return view.containers.find((container) => container.name === name) ?? null;
  if (lasting.length === 1) return lasting[0]!;
  if (containerId !== null || port === null) return null;
  const declaring = lasting.filter(
    ({ ports, hostPorts }) => ports.includes(port) || hostPorts.includes(port),
  );
  return declaring.length === 1 ? declaring[0]! : null;
}

function make(
  pool: EndpointPool,
  { view, workload }: PodState,
  node: NodeState | undefined,
  service: string | undefined,
  container: ContainerView | null,
  end: PodEnd,
): Endpoint {
  const image = container?.image ?? undefined;
  const version = view.version ?? (image === undefined ? undefined : imageVersion(image));
  return pool.get(end.resolution, {
    namespace: view.namespace,
    kind: workload!.kind,
    workload: workload!.name,
    pod: view.name,
    ...nodeTags(node, view.node),
    ...(service === undefined ? {} : { service }),
    ...(version === undefined ? {} : { version }),
    ...(image === undefined ? {} : { image }),
    ...(container === null ? {} : { container: container.name }),
    ...(end.process === null ? {} : { process: end.process }),
  });
}

/** Where something runs; the zone is the node's, never a copy of it made on a pod or slice. */
export function nodeTags(
  node: NodeState | undefined,
  name: string | null = null,
): { readonly node?: string; readonly zone?: string; readonly region?: string } {
  if (node === undefined) return name === null ? {} : { node: name };
  return {
    node: node.name,
    ...(node.zone === null ? {} : { zone: node.zone }),
    ...(node.region === null ? {} : { region: node.region }),
  };
}
