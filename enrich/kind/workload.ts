import { replicaSetChanges, workloadChanges } from '../changes/workload.ts';
import { readWorkload, type WorkloadKind, type WorkloadView } from '../read/workload.ts';
import type { Context, KindTable } from './kind.ts';

export function workloadTable(
  { tables: { owners }, retention, log }: Context,
  kind: WorkloadKind,
): KindTable<WorkloadView> {
  const own = new Set<string>();
  return {
    read: (object) => readWorkload(kind, object),
    key: ({ key }) => key,
    keys: () => [...own],
    set(view, at, first) {
      const old = owners.get(view.key);
      if (!owners.set(view)) return false;
      own.add(view.key);
      if (first) return true;
      log.add(workloadChanges(old, view, at));
      const told = view.owner?.uid != null && owners.get(view.owner.uid) !== undefined;
      if (!told) log.add(replicaSetChanges(old, view, owners.values(), at));
      return true;
    },
    remove(key, at) {
      if (!own.delete(key)) return;
      retention.later(at, () => {
        if (!own.has(key)) owners.delete(key);
      });
    },
  };
}
