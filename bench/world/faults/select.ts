import type { DomainTag } from '../../../analysis/index.ts';
import { type Pod, readyPods } from '../model.ts';
import { NAMESPACE } from '../plan.ts';
import type { RunningCluster } from '../running.ts';
import type { Truth } from './fault.ts';

/** `WORKLOAD[:VERSION][@NODE]`. */
export interface Selector {
  readonly workload: string;
  readonly version: string | null;
  readonly node: string | null;
}

export function parseSelector(text: string): Selector {
  const [rest = '', node = null] = text.split('@');
  const [workload = '', version = null] = rest.split(':');
  return { workload, version, node };
}

export function selectPods(running: RunningCluster, selector: Selector): readonly Pod[] {
  const found = readyPods(running.cluster, selector.workload).filter(
    (pod) =>
      (selector.version === null || pod.version === selector.version) &&
      (selector.node === null || pod.node === selector.node),
  );
  if (found.length === 0) throw new RangeError(`no pod is ready for ${JSON.stringify(selector)}`);
  return found;
}

const TAGS = ['version', 'image', 'zone', 'node', 'pod'] as const;

const tagOf = (pod: Pod, tag: (typeof TAGS)[number]): string => (tag === 'pod' ? pod.name : pod[tag]);

/**
 * Every single server tag that selects exactly these pods of a workload. More than one: these domains are aliases, and
 * no data about this workload can tell them apart. None (or all pods are selected): no tag explains it.
 */
export function domainsOf(selected: readonly Pod[], all: readonly Pod[]): readonly (readonly DomainTag[])[] {
  const names = new Set(selected.map(({ name }) => name));
  if (names.size === all.length) return [];
  return TAGS.flatMap((tag): (readonly DomainTag[])[] => {
    const values = new Set(selected.map((pod) => tagOf(pod, tag)));
    const [value] = values;
    if (values.size !== 1 || value === undefined) return [];
    const same = all.filter((pod) => tagOf(pod, tag) === value);
    return same.length === names.size ? [[{ side: 'server', tag, value }]] : [];
  });
}

/** The truth about some pods of a workload that are bad; `tag` is the one the fault means. */
export function workloadTruth(
  running: RunningCluster,
  workload: string,
  bad: readonly Pod[],
  tag: string | null,
  mechanisms: Truth['mechanisms'],
): Truth {
  const domains = domainsOf(bad, readyPods(running.cluster, workload));
  const meant = domains.find(([first]) => first?.tag === tag) ?? [];
  const { port } = running.workload(workload).plan;
  return {
    origin: {
      server: { namespace: NAMESPACE, workload },
      ...(port === null ? {} : { port }),
    },
    domain: meant,
    aliases: meant.length === 0 ? [] : domains.filter((domain) => domain !== meant),
    alsoRight: [],
    mechanisms,
  };
}
