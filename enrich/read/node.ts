import { type Meta, readMeta } from './meta.ts';
import { address, each, field, items, path, text, texts } from './value.ts';

const SOFTWARE = [
  ['kernel', 'kernelVersion'],
  ['kubelet', 'kubeletVersion'],
  ['runtime', 'containerRuntimeVersion'],
] as const;

/** What naming needs of a Node. */
export interface NodeView extends Meta {
  readonly zone: string | null;
  readonly region: string | null;
  readonly ips: readonly string[];
  readonly ready: boolean;
  readonly cordoned: boolean;
  readonly labels: ReadonlyMap<string, string>;
  /** Conditions other than Ready that hold: `MemoryPressure`, `DiskPressure`, `NetworkUnavailable` … sorted. */
  readonly troubles: readonly string[];
  /** Another one after every boot; `null` where the object does not say. */
  readonly boot: string | null;
  /** Versions of what runs on it: `kernel 6.1.0`, `kubelet v1.30.1`. */
  readonly software: readonly string[];
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
    troubles: each(conditions, trouble).toSorted(),
    boot: text(path(object, 'status', 'nodeInfo', 'bootID')),
    software: SOFTWARE.flatMap(([name, of]) => {
      const version = text(path(object, 'status', 'nodeInfo', of));
      return version === null ? [] : [`${name} ${version}`];
    }),
  };
}

/** The name of a condition that speaks of trouble: all but Ready hold only when something is wrong. */
function trouble(condition: unknown): string | null {
  const type = text(field(condition, 'type'));
  return type !== null && type !== 'Ready' && field(condition, 'status') === 'True' ? type : null;
}
