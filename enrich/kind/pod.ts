import { type PodView, readPod } from '../read/pod.ts';
import type { Context, KindTable } from './kind.ts';

export function podTable({ tables, retention, log, lives }: Context): KindTable<PodView> {
  const { pods, members } = tables;
  return {
    read: readPod,
    key: ({ key }) => key,
    keys: () => [...pods.values()].flatMap(({ key, gone }) => (gone ? [] : [key])),
    set(view, at, first) {
      const old = pods.get(view.key)?.view;
      if (!pods.set(view, at)) return false;
      if (!first) log.add(lives.seen(old, view, at));
      return true;
    },
    remove(key, at, vanished) {
      const record = pods.delete(key, at, vanished);
      if (record === undefined) return;
      log.add(lives.gone(record.view, at));
      retention.later(at, () => {
        pods.forget(record);
        members.forgetMember(key);
      });
    },
  };
}
