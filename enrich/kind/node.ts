import { nodeChanges, nodeGone } from '../changes/node.ts';
import { type NodeView, readNode } from '../read/node.ts';
import type { Context, KindTable } from './kind.ts';

export function nodeTable({ tables: { nodes }, retention, log }: Context): KindTable<NodeView> {
  return {
    read: readNode,
    key: ({ name }) => name,
    keys: () => [...nodes.views().keys()],
    set(view, at, first) {
      const old = nodes.views().get(view.name);
      if (!nodes.set(view, first ? 0 : at)) return false;
      if (!first) log.add(nodeChanges(old, view, at));
      return true;
    },
    remove(key, at) {
      const view = nodes.delete(key);
      if (view === undefined) return;
      log.add([nodeGone(view, at)]);
      retention.later(at, () => nodes.forget(view));
    },
  };
}
