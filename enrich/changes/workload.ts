import type { Change } from '../named-flow.ts';
import type { OwnerRef } from '../read/meta.ts';
import { changedParts } from '../read/template.ts';
import type { WorkloadView } from '../read/workload.ts';

/** Parts of a template named in one change; of more it is said how many. */
const MAX_PARTS = 3;
/** What `kubectl rollout restart` writes, and nothing else changes. */
const RESTARTED = 'annotation kubectl.kubernetes.io/restartedAt';

/** What a workload's new state means: a rollout of another version or image, another configuration, another size. */
export function workloadChanges(
  old: WorkloadView | undefined,
  view: WorkloadView,
  at: number,
): readonly Change[] {
  // ReplicaSets and Jobs are made by their owners, whose own objects tell the change.
  if (old === undefined || view.kind === 'ReplicaSet' || view.kind === 'Job') return [];
  const found: Change[] = [];
  if (old.template !== view.template) found.push(templateChange(old, view, view.name, at));
  if (old.replicas !== view.replicas && old.replicas !== null && view.replicas !== null) {
    const what = `${old.replicas} → ${view.replicas} replicas`;
    found.push({ ...subject(view, view.name, at), kind: 'scaling', what, tags: { workload: view.name } });
  }
  return found;
}

/**
 * A ReplicaSet that begins to have pods while another of the same owner has some is a rollout: the only sign of it where
 * the owner's own object may not be read, or is of a kind of its own (Argo Rollouts).
 */
export function replicaSetChanges(
  old: WorkloadView | undefined,
  view: WorkloadView,
  siblings: Iterable<WorkloadView>,
  at: number,
): readonly Change[] {
  const { owner } = view;
  if (view.kind !== 'ReplicaSet' || owner === null || view.pods === 0 || (old?.pods ?? 0) > 0) return [];
  for (const sibling of siblings) {
    if (sibling.key !== view.key && sibling.pods > 0 && same(sibling.owner, owner)) {
      return [templateChange(sibling, view, owner.name, at)];
    }
  }
  return [];
}

function templateChange(old: WorkloadView, view: WorkloadView, workload: string, at: number): Change {
  const changed = view.images.findIndex((image, i) => image !== old.images[i]);
  const image = view.images[Math.max(changed, 0)];
  const tags = {
    workload,
    ...(view.version === null ? {} : { version: view.version }),
    ...(image === undefined ? {} : { image }),
  };
  const base = { ...subject(view, workload, at), tags };
  if (old.version !== view.version) {
    return {
      ...base,
      kind: 'rollout',
      what: `${old.version ?? 'no version'} → ${view.version ?? 'no version'}`,
    };
  }
  if (changed >= 0)
    return { ...base, kind: 'rollout', what: `${old.images[changed] ?? 'no image'} → ${image}` };
  return { ...base, kind: 'configuration', what: templateText(old, view), tags: { workload } };
}

/** Which parts of the template changed, by name; what they hold is nobody's business. */
function templateText(old: WorkloadView, view: WorkloadView): string {
  const parts = changedParts(old.parts, view.parts);
  if (parts.length === 0) return 'pod template changed';
  if (parts.length === 1 && parts[0] === RESTARTED) return 'restarted by request';
  const more = parts.length - MAX_PARTS;
  return `pod template changed: ${parts.slice(0, MAX_PARTS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const subject = (view: WorkloadView, workload: string, at: number) => ({
  at,
  namespace: view.namespace,
  subject: workload,
});

const same = (a: OwnerRef | null, b: OwnerRef): boolean =>
  a !== null && a.kind === b.kind && a.name === b.name && a.uid === b.uid;
