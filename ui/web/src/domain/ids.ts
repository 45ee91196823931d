/** A workload as the API names it; the namespace is empty for what lives outside the cluster. */
export interface NodeName {
  readonly namespace: string;
  readonly workload: string;
}

/** An edge by the ids of its ends. */
export interface EdgeName {
  readonly client: string;
  readonly server: string;
  readonly port: number;
}

/** `namespace/workload`, or the bare name of what lives outside: the id the API uses too. */
export function nodeId({ namespace, workload }: NodeName): string {
  return namespace === '' ? workload : `${namespace}/${workload}`;
}

/** The length comes first, so that no name can imitate another edge's id. */
export function edgeId({ client, server, port }: EdgeName): string {
  return `${client.length}:${client}>${server}:${port}`;
}

/** Namespace of an id; empty for what lives outside the cluster. */
export function namespaceOf(id: string): string {
  const slash = id.indexOf('/');
  return slash < 0 ? '' : id.slice(0, slash);
}

/** The name as it is said among workloads of one namespace. */
export function within(id: string, namespace: string | undefined): string {
  return namespace !== undefined && namespace !== '' && id.startsWith(`${namespace}/`)
    ? id.slice(namespace.length + 1)
    : id;
}
