import type { Change } from '../named-flow.ts';
import type { ConfigView } from '../read/config.ts';
import type { WorkloadView } from '../read/workload.ts';

/** Workloads told of for one changed object; one that all share is a change of each, up to here. */
const MAX_WORKLOADS = 100;

/** A changed ConfigMap or Secret is a new configuration of every workload whose pods read it. */
export function configChanges(
  old: ConfigView | undefined,
  view: ConfigView,
  workloads: Iterable<WorkloadView>,
  at: number,
): readonly Change[] {
  if (old === undefined || old.content === view.content) return [];
  const reference = `${view.kind}/${view.name}`;
  const readers = new Set<string>();
  for (const { namespace, name, owner, references } of workloads) {
    if (namespace !== view.namespace || !references.includes(reference)) continue;
    if (readers.size < MAX_WORKLOADS) readers.add(owner?.name ?? name);
  }
  return [...readers].sort().map((workload) => ({
    at,
    kind: 'configuration',
    namespace: view.namespace,
    subject: workload,
    what: `${view.kind} ${view.name} changed`,
    tags: { workload },
  }));
}
