import { field, items, path, text } from './value.ts';

/** The controller an object belongs to. */
export interface OwnerRef {
  readonly kind: string;
  readonly name: string;
  readonly uid: string | null;
}

export interface Meta {
  /** The uid; `Kind/namespace/name` of a hand-written object without one. */
  readonly key: string;
  /** `''` of what has none. */
  readonly namespace: string;
  readonly name: string;
  readonly owner: OwnerRef | null;
  /** A deletion was asked for; the object is still there. */
  readonly terminating: boolean;
}

/** The metadata of an API object, `null` when it has no name. */
export function readMeta(kind: string, object: unknown): Meta | null {
  const metadata = field(object, 'metadata');
  const name = text(field(metadata, 'name'));
  if (name === null) return null;
  const namespace = text(field(metadata, 'namespace')) ?? '';
  return {
    key: text(field(metadata, 'uid')) ?? `${kind}/${namespace}/${name}`,
    namespace,
    name,
    owner: readOwner(field(metadata, 'ownerReferences')),
    terminating: text(field(metadata, 'deletionTimestamp')) !== null,
  };
}

/** A label or annotation. */
export const label = (object: unknown, name: string): string | null =>
  text(path(object, 'metadata', 'labels', name));

export const annotation = (object: unknown, name: string): string | null =>
  text(path(object, 'metadata', 'annotations', name));

function readOwner(references: unknown): OwnerRef | null {
  for (const reference of items(references)) {
    const kind = text(field(reference, 'kind'));
    const name = text(field(reference, 'name'));
    if (field(reference, 'controller') === true && kind !== null && name !== null) {
      return { kind, name, uid: text(field(reference, 'uid')) };
    }
  }
  return null;
}
