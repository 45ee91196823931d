import { imageVersion } from '../read/image.ts';
import { isOver, type PodView } from '../read/pod.ts';
import type { Tables } from '../table/tables.ts';

/** Where one pod runs now; what is not known is `null`. */
export interface PodPlace {
  readonly namespace: string;
  readonly workload: string;
  readonly pod: string;
  readonly version: string | null;
  readonly node: string;
}

/** A node as a place for pods. */
export interface NodePlace {
  readonly node: string;
  readonly zone: string | null;
  readonly region: string | null;
  /** Whether the scheduler may put pods there. */
  readonly open: boolean;
}

/** Pods that are placed and not over, by namespace and name. */
export function podPlaces({ pods, owners }: Tables): readonly PodPlace[] {
  const places: PodPlace[] = [];
  for (const { view, gone } of pods.values()) {
    if (gone || isOver(view) || view.terminating || view.node === null) continue;
    const { namespace, name: pod, node } = view;
    places.push({ namespace, workload: owners.workloadOf(view).name, pod, version: versionOf(view), node });
  }
  return places.sort((a, b) => compare(`${a.namespace}/${a.pod}`, `${b.namespace}/${b.pod}`));
}

export function nodePlaces({ nodes }: Tables): readonly NodePlace[] {
  return [...nodes.views().values()]
    .map(({ name, zone, region, ready, cordoned }) => ({
      node: name,
      zone,
      region,
      open: ready && !cordoned,
    }))
    .sort((a, b) => compare(a.node, b.node));
}

function versionOf({ version, containers }: PodView): string | null {
  const image = containers.find(({ lasting }) => lasting)?.image ?? null;
  return version ?? (image === null ? null : imageVersion(image));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
