import { type Meta, readMeta } from './meta.ts';
import { address, each, field, items, path, texts } from './value.ts';

/** What naming needs of a Node. */
export interface NodeView extends Meta {
  readonly zone: string | null;
  readonly region: string | null;
  readonly ips: readonly string[];
  readonly ready: boolean;
  readonly cordoned: boolean;
  readonly labels: ReadonlyMap<string, string>;
}

export function readNode(object: unknown): NodeView | null {
  const meta = readMeta('Node', object);
  if (meta === null) return null;
  const labels = texts(path(object, 'metadata', 'labels'));
  const conditions = items(path(object, 'status', 'conditions'));
  const ready = conditions.find((condition) => field(condition, 'type') === 'Ready');
  // The second name of each is the one before Kubernetes 1.17.
  const first = (...names: readonly string[]) => names.map((name) => labels.get(name)).find(Boolean) ?? null;
  return {
    ...meta,
    zone: first('topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'),
    region: first('topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'),
    ips: each(path(object, 'status', 'addresses'), (item) => address(field(item, 'address'))),
    ready: ready === undefined || field(ready, 'status') === 'True',
    cordoned: path(object, 'spec', 'unschedulable') === true,
    labels,
  };
}
