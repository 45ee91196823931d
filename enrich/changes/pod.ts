import type { Change } from '../named-flow.ts';
import { isOver, type PodView } from '../read/pod.ts';

/** A pod that starts this much after one of the same owner began to leave takes its place, microseconds. */
const SUCCESSION = 120 * 1_000_000;
/** Leaving pods remembered to find their successors. */
const MAX_LEAVING = 10_000;

interface Leaving {
  readonly view: PodView;
  readonly at: number;
}

/** Follows pods through their lives: started, moved to another node, restarted, ended. */
export class PodLives {
  /** Pods of each owner that are on their way out or gone, oldest first. */
  readonly #leaving = new Map<string, readonly Leaving[]>();
  #count = 0;

  /** `old` is absent for a pod that was not known. */
  seen(old: PodView | undefined, view: PodView, at: number): readonly Change[] {
    const found: Change[] = [];
    if (view.phase === 'Running' && old?.phase !== 'Running') found.push(this.#started(view, at));
    for (const container of view.containers) {
      const before = old?.containers.find(({ name }) => name === container.name);
      if (before === undefined || container.restarts <= before.restarts) continue;
      const why = container.lastEnd === null ? '' : ` after ${container.lastEnd}`;
      const what = `container ${container.name} restarted${why} (${container.restarts} restarts)`;
      found.push({
        ...base(view, at),
        kind: 'restart',
        what,
        tags: { pod: view.name, container: container.name },
      });
    }
    const left = old !== undefined && isLeaving(old);
    if (isLeaving(view) && !left) this.#leave(view, at);
    if (isOver(view) && (old === undefined || !isOver(old))) found.push(end(view, at, phase(view)));
    return found;
  }

  gone(view: PodView, at: number): readonly Change[] {
    if (!isLeaving(view)) this.#leave(view, at);
    return isOver(view) ? [] : [end(view, at, 'deleted')];
  }

  #started(view: PodView, at: number): Change {
    const before = this.#predecessor(view, at);
    const where = view.node === null ? '' : ` on ${view.node}`;
    const tags = { pod: view.name, ...(view.node === null ? {} : { node: view.node }) };
    if (before === null || before.node === view.node) {
      return { ...base(view, at), kind: 'pod started', what: `started${where}`, tags };
    }
    const what = `${before.name} on ${before.node ?? 'no node'} → ${view.name}${where}`;
    return { ...base(view, at), kind: 'pod moved', what, tags };
  }

  #leave(view: PodView, at: number): void {
    const owner = ownerOf(view);
    this.#leaving.set(owner, [...this.#recent(owner, at), { view, at }]);
    this.#count += 1;
    if (this.#count <= MAX_LEAVING) return;
    this.#count = 0;
    for (const key of [...this.#leaving.keys()]) {
      if (this.#recent(key, at).length === 0) this.#leaving.delete(key);
    }
  }

  /** The pod whose place this one takes: of its own name, else of its owner and node, else the owner's first to leave. */
  #predecessor(view: PodView, at: number): PodView | null {
    const owner = ownerOf(view);
    const leaving = this.#recent(owner, at);
    const sameName = leaving.find((pod) => pod.view.name === view.name);
    const sameNode = leaving.find((pod) => pod.view.node === view.node);
    const found = sameName ?? (view.owner === null ? undefined : (sameNode ?? leaving[0]));
    if (found === undefined) return null;
    this.#leaving.set(
      owner,
      leaving.filter((pod) => pod !== found),
    );
    return found.view;
  }

  #recent(owner: string, at: number): readonly Leaving[] {
    return this.#leaving.get(owner)?.filter((pod) => pod.at > at - SUCCESSION) ?? [];
  }
}

const end = (view: PodView, at: number, what: string): Change => ({
  ...base(view, at),
  kind: 'pod ended',
  what,
  tags: { pod: view.name },
});

const isLeaving = (view: PodView): boolean => view.terminating || isOver(view);

const base = (view: PodView, at: number) => ({ at, namespace: view.namespace, subject: view.name });

const phase = (view: PodView): string =>
  view.reason === null ? view.phase : `${view.phase}: ${view.reason}`;

const ownerOf = ({ namespace, owner, name }: PodView): string =>
  owner === null ? `${namespace}/Pod/${name}` : `${namespace}/${owner.kind}/${owner.name}`;
