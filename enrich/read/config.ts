import { type Meta, readMeta } from './meta.ts';
import { fingerprint } from './template.ts';
import { field } from './value.ts';

/** Objects that hold what workloads are configured with. */
export const CONFIG_KINDS = ['ConfigMap', 'Secret'] as const;
export type ConfigKind = (typeof CONFIG_KINDS)[number];

/** A ConfigMap or Secret: whose it is and whether it changed. What is in it is never kept. */
export interface ConfigView extends Meta {
  readonly kind: ConfigKind;
  /** Of the data, where the object came with them; else its resource version. */
  readonly content: string;
}

export function readConfig(kind: ConfigKind, object: unknown): ConfigView | null {
  const meta = readMeta(kind, object);
  if (meta === null) return null;
  const data = ['data', 'stringData', 'binaryData'].map((name) => field(object, name));
  const known = data.some((part) => part !== undefined);
  const version = field(field(object, 'metadata'), 'resourceVersion');
  return { ...meta, kind, content: fingerprint(known ? data : version) };
}
