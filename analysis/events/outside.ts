import ipaddr from 'ipaddr.js';
import type { EdgeActivity, NodeKey } from '../../graph/index.ts';

/** All ends beyond the cluster as one: their addresses come and go, and each would be news. */
export const OUTSIDE: NodeKey = { namespace: '', workload: 'outside the cluster' };

export function isAllOutside({ namespace, workload }: NodeKey): boolean {
  return namespace === OUTSIDE.namespace && workload === OUTSIDE.workload;
}

/** An end known only by its name in the DNS, by an address range, or by an address of the public internet. */
export function isOutside({ namespace, workload }: NodeKey, by: EdgeActivity['serverBy']): boolean {
  if (by === 'dns' || by === 'range') return true;
  if (by !== 'unresolved' || namespace !== '') return false;
  return (
    workload === 'other public' || (ipaddr.isValid(workload) && ipaddr.parse(workload).range() === 'unicast')
  );
}

export function withOutside(activity: readonly EdgeActivity[]): EdgeActivity[] {
  return activity.map((row) => {
    const client = isOutside(row.client, row.clientBy);
    const server = isOutside(row.server, row.serverBy);
    if (!client && !server) return row;
    return { ...row, client: client ? OUTSIDE : row.client, server: server ? OUTSIDE : row.server };
  });
}
