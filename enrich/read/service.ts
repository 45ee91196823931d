import { type Meta, readMeta } from './meta.ts';
import { address, each, field, items, path, port, text, texts } from './value.ts';

/** What naming needs of a Service. */
export interface ServiceView extends Meta {
  /** `namespace/name`, as slices refer to their service. */
  readonly ref: string;
  readonly clusterIps: readonly string[];
  /** External and load balancer addresses: several services may share one and differ in the port. */
  readonly sharedIps: readonly string[];
  readonly ports: readonly number[];
  readonly nodePorts: readonly number[];
  readonly selector: ReadonlyMap<string, string>;
}

export function readService(object: unknown): ServiceView | null {
  const meta = readMeta('Service', object);
  if (meta === null) return null;
  const spec = field(object, 'spec');
  const first = address(field(spec, 'clusterIP'));
  const balancers = path(object, 'status', 'loadBalancer', 'ingress');
  return {
    ...meta,
    ref: `${meta.namespace}/${meta.name}`,
    // A headless service says "None" here, which is no address.
    clusterIps: unique([...(first === null ? [] : [first]), ...each(field(spec, 'clusterIPs'), address)]),
    sharedIps: unique([
      ...each(field(spec, 'externalIPs'), address),
      ...each(balancers, (item) => address(field(item, 'ip'))),
    ]),
    ports: each(field(spec, 'ports'), (item) => port(field(item, 'port'))),
    nodePorts: each(field(spec, 'ports'), (item) => port(field(item, 'nodePort'))),
    selector: texts(field(spec, 'selector')),
  };
}

export interface Member {
  /** uid of the pod behind the addresses; `null` where they are no pod's. */
  readonly pod: string | null;
  readonly ips: readonly string[];
  readonly ready: boolean;
}

/** One EndpointSlice (v1 or v1beta1), or one core Endpoints object in the same shape. */
export interface SliceView extends Meta {
  /** `namespace/name` of the service; `null` for a slice of nobody. */
  readonly service: string | null;
  readonly members: readonly Member[];
  /** Ports of the pods, not of the service. */
  readonly ports: readonly number[];
}

const SERVICE_NAME = 'kubernetes.io/service-name';

export function readSlice(object: unknown): SliceView | null {
  const meta = readMeta('EndpointSlice', object);
  if (meta === null) return null;
  const service = text(path(object, 'metadata', 'labels', SERVICE_NAME));
  return {
    ...meta,
    service: service === null ? null : `${meta.namespace}/${service}`,
    members: each(field(object, 'endpoints'), (endpoint) =>
      member(
        endpoint,
        each(field(endpoint, 'addresses'), address),
        path(endpoint, 'conditions', 'ready') !== false,
      ),
    ),
    ports: each(field(object, 'ports'), (item) => port(field(item, 'port'))),
  };
}

export function readEndpoints(object: unknown): SliceView | null {
  const meta = readMeta('Endpoints', object);
  if (meta === null) return null;
  const subsets = items(field(object, 'subsets'));
  const members = (list: string, ready: boolean): readonly Member[] =>
    subsets.flatMap((subset) =>
      each(field(subset, list), (item) => {
        const ip = address(field(item, 'ip'));
        return ip === null ? null : member(item, [ip], ready);
      }),
    );
  return {
    ...meta,
    service: `${meta.namespace}/${meta.name}`,
    members: [...members('addresses', true), ...members('notReadyAddresses', false)],
    ports: subsets.flatMap((subset) => each(field(subset, 'ports'), (item) => port(field(item, 'port')))),
  };
}

function member(endpoint: unknown, ips: readonly string[], ready: boolean): Member {
  const target = field(endpoint, 'targetRef');
  const pod = field(target, 'kind') === 'Pod' ? text(field(target, 'uid')) : null;
  return { pod, ips, ready };
}

const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];
