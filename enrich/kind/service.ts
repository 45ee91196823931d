import { serviceChanges } from '../changes/service.ts';
import { readService, type ServiceView } from '../read/service.ts';
import type { Context, KindTable } from './kind.ts';

export function serviceTable({
  tables: { services, members },
  retention,
  log,
}: Context): KindTable<ServiceView> {
  return {
    read: readService,
    key: ({ ref }) => ref,
    keys: () => [...services.views()].map(({ ref }) => ref),
    set(view, at, first) {
      const old = services.latest(view.ref) ?? undefined;
      if (!services.set(view, first ? 0 : at)) return false;
      if (!first) log.add(serviceChanges(old, view, at));
      return true;
    },
    remove(key, at) {
      const view = services.latest(key);
      if (view === null) return;
      services.delete(key, at);
      retention.later(at, () => {
        services.forget(view);
        members.forgetService(key);
      });
    },
  };
}
