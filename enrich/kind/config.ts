import { configChanges } from '../changes/config.ts';
import { type ConfigKind, type ConfigView, readConfig } from '../read/config.ts';
import type { Context, KindTable } from './kind.ts';

/** Objects of one kind that are followed; a change of what does not fit is not seen. */
const MAX_CONFIGS = 50_000;

export function configTable({ tables: { owners }, log }: Context, kind: ConfigKind): KindTable<ConfigView> {
  const views = new Map<string, ConfigView>();
  return {
    read: (object) => readConfig(kind, object),
    // By name: an object that is deleted and made anew is the same configuration to who reads it.
    key: ({ namespace, name }) => `${namespace}/${name}`,
    keys: () => [...views.keys()],
    set(view, at, first) {
      const key = `${view.namespace}/${view.name}`;
      const old = views.get(key);
      if (old === undefined && views.size >= MAX_CONFIGS) return false;
      views.set(key, view);
      if (!first) log.add(configChanges(old, view, owners.values(), at));
      return true;
    },
    remove(key) {
      views.delete(key);
    },
  };
}
