import { readinessChanges } from '../changes/service.ts';
import { isOver } from '../read/pod.ts';
import type { SliceView } from '../read/service.ts';
import { membersOf } from '../table/members.ts';
import type { Context, KindTable } from './kind.ts';

/** EndpointSlices, or core Endpoints: the one served by `read`. */
export function sliceTable(
  { tables: { members, pods, services }, retention, log }: Context,
  read: (object: unknown) => SliceView | null,
): KindTable<SliceView> {
  const own = new Set<string>();
  const leaving = (pod: string): boolean => {
    const record = pods.get(pod);
    return record !== undefined && (record.gone || record.view.terminating || isOver(record.view));
  };
  const forgetLater = (old: SliceView, at: number): void => {
    retention.later(at, () => {
      for (const member of membersOf(old)) members.forgetMember(member);
      if (old.service !== null && services.latest(old.service) === null) members.forgetService(old.service);
    });
  };
  /** Does what changes the slices of a service, and tells whether it has endpoints still. */
  const watched = (service: string | null, at: number, first: boolean, change: () => boolean): boolean => {
    if (service === null || first) return change();
    const was = members.latest(service);
    const done = change();
    log.add(readinessChanges(services.latest(service), was, members.latest(service), at));
    return done;
  };
  return {
    read,
    key: ({ key }) => key,
    keys: () => [...own],
    set(view, at, first) {
      const old = members.get(view.key);
      const done = watched(view.service, at, first, () => members.set(view, first ? 0 : at, leaving));
      if (!done) return false;
      own.add(view.key);
      if (old !== undefined) forgetLater(old, at);
      return true;
    },
    remove(key, at) {
      const old = members.get(key);
      if (old === undefined || !own.delete(key)) return;
      watched(old.service, at, false, () => members.delete(key, at, leaving));
      forgetLater(old, at);
    },
  };
}
