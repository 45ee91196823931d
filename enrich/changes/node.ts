import type { Change } from '../named-flow.ts';
import type { NodeView } from '../read/node.ts';

/** Labels named in one change; a relabelling of more says how many. */
const MAX_LABELS = 3;

export function nodeChanges(old: NodeView | undefined, view: NodeView, at: number): readonly Change[] {
  const change = (what: string): Change => ({
    at,
    kind: 'node',
    namespace: '',
    subject: view.name,
    what,
    tags: { node: view.name },
  });
  if (old === undefined) return [change('joined')];
  const found: Change[] = [];
  if (old.ready !== view.ready) found.push(change(view.ready ? 'NotReady → Ready' : 'Ready → NotReady'));
  if (old.cordoned !== view.cordoned) found.push(change(view.cordoned ? 'cordoned' : 'uncordoned'));
  for (const trouble of view.troubles) if (!old.troubles.includes(trouble)) found.push(change(trouble));
  for (const trouble of old.troubles)
    if (!view.troubles.includes(trouble)) found.push(change(`${trouble} is over`));
  if (old.boot !== null && view.boot !== null && old.boot !== view.boot) found.push(change('rebooted'));
  const fresh = view.software.filter((version) => !old.software.includes(version));
  if (old.software.length > 0 && fresh.length > 0) found.push(change(`now runs ${fresh.join(', ')}`));
  const labels = labelChanges(old.labels, view.labels);
  if (labels !== '') found.push(change(labels));
  return found;
}

export const nodeGone = (view: NodeView, at: number): Change => ({
  at,
  kind: 'node',
  namespace: '',
  subject: view.name,
  what: 'left',
  tags: { node: view.name },
});

function labelChanges(old: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string {
  const names = [...new Set([...old.keys(), ...now.keys()])].filter(
    (name) => old.get(name) !== now.get(name),
  );
  const shown = names
    .slice(0, MAX_LABELS)
    .map((name) => `${name}: ${old.get(name) ?? 'none'} → ${now.get(name) ?? 'none'}`);
  const more = names.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
