import type { ObjectInput } from '../../apiserver/index.ts';
import { NAMESPACE } from '../plan.ts';

export type KubeObject = ObjectInput;

export interface Meta {
  readonly name: string;
  readonly uid: string;
  readonly createdAt: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
  };
  readonly generation?: number;
  readonly leavingSince?: string | null;
}

/** Metadata of a namespaced object of the shop. */
export function metadata(meta: Meta): ObjectInput['metadata'] {
  const { name, uid, createdAt, labels, annotations, owner, generation, leavingSince } = meta;
  return {
    name,
    namespace: NAMESPACE,
    uid,
    creationTimestamp: createdAt,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(generation === undefined ? {} : { generation }),
    ...(owner === undefined
      ? {}
      : { ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }] }),
    ...(leavingSince == null ? {} : { deletionTimestamp: leavingSince, deletionGracePeriodSeconds: 30 }),
  };
}

export const workloadLabels = (workload: string, version: string): Record<string, string> => ({
  app: workload,
  'app.kubernetes.io/name': workload,
  'app.kubernetes.io/version': version,
});
