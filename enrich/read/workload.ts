import { imageVersion, labelVersion } from './image.ts';
import { type Meta, readMeta } from './meta.ts';
import { fingerprint, referencesOf, type TemplateParts, templateParts } from './template.ts';
import { each, field, integer, path, text } from './value.ts';

/** Kinds that own pods, directly or through another of them. */
export const WORKLOAD_KINDS = ['ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job'] as const;
export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

/** What naming and change detection need of an owner of pods. */
export interface WorkloadView extends Meta {
  readonly kind: WorkloadKind;
  /** Replicas asked for; `null` where the kind has none. */
  readonly replicas: number | null;
  /** Pods that exist. */
  readonly pods: number;
  /** Version and images its pods get. */
  readonly version: string | null;
  readonly images: readonly string[];
  /** Tells one pod template from another. */
  readonly template: string;
  readonly parts: TemplateParts;
  /** ConfigMaps and Secrets its pods read, as `Kind/name`. */
  readonly references: readonly string[];
}

export function readWorkload(kind: WorkloadKind, object: unknown): WorkloadView | null {
  const meta = readMeta(kind, object);
  if (meta === null) return null;
  const spec = field(object, 'spec');
  const template = field(spec, 'template');
  const images = each(path(template, 'spec', 'containers'), (container) => text(field(container, 'image')));
  const labelled = labelVersion(path(template, 'metadata', 'labels'));
  return {
    ...meta,
    kind,
    replicas: integer(field(spec, 'replicas'), 0, 2 ** 31),
    pods: integer(path(object, 'status', 'replicas'), 0, 2 ** 31) ?? 0,
    version: labelled ?? (images[0] === undefined ? null : imageVersion(images[0])),
    images,
    template: fingerprint(template),
    parts: templateParts(template),
    references: referencesOf(template),
  };
}
