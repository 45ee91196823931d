import type { NodePlace, PodPlace } from '../../enrich/index.ts';
import { type Blind, blindOf, type Surroundings } from './blind.ts';
import type { Move } from './types.ts';

/** A pod that moves restarts once; a pod that is added costs its resources for good. */
const COST = { move: 1, add: 2 } as const;
/** Pods and nodes tried; beyond it the answer would not be another. */
const MAX_PODS = 20;
const MAX_NODES = 60;

/** The cheapest move of one pod, or one pod more, after which a blind spot is gone; of equal ones what clears most. */
export function cheapestMove(
  pods: readonly PodPlace[],
  blind: Blind,
  nodes: readonly NodePlace[],
  around: Surroundings,
): Move | null {
  const before = blindOf(pods, around).length;
  let best: { readonly move: Move; readonly order: readonly number[] } | null = null;
  for (const pod of blind.pods.slice(0, MAX_PODS)) {
    for (const { node, zone, open } of candidates(nodes, around, pod).slice(0, MAX_NODES)) {
      if (!open) continue;
      for (const action of ['move', 'add'] as const) {
        if (action === 'move' && node === pod.node) continue;
        const moved = { ...pod, node, pod: action === 'move' ? pod.pod : `${pod.pod} (new)` };
        const after = [...pods.filter((other) => action === 'add' || other !== pod), moved];
        const left = blindOf(after, around);
        // What was cleared must not come back under another name.
        if (left.length >= before || left.some((one) => touches(one, blind))) continue;
        const crowd = pods.filter((other) => other.node === node).length;
        const order = [COST[action], left.length, crowd];
        if (best !== null && !less(order, best.order)) continue;
        const { version, node: from } = pod;
        best = { move: { action, pod: pod.pod, version, from, to: node, zone, left: left.length }, order };
      }
    }
  }
  return best?.move ?? null;
}

/** Nodes of other zones first: they separate most. */
function candidates(nodes: readonly NodePlace[], around: Surroundings, pod: PodPlace): readonly NodePlace[] {
  const home = around.nodes.get(pod.node)?.zone ?? null;
  return [...nodes].sort((a, b) => Number(a.zone === home) - Number(b.zone === home));
}

function touches(left: Blind, blind: Blind): boolean {
  if (left.kind !== blind.kind) return false;
  const names = new Set(blind.tags.map(({ tag, value }) => `${tag} ${value}`));
  return left.tags.filter(({ tag, value }) => names.has(`${tag} ${value}`)).length > 1;
}

function less(a: readonly number[], b: readonly number[]): boolean {
  for (const [i, value] of a.entries()) if (value !== b[i]) return value < b[i]!;
  return false;
}
