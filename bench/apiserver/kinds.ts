/** One resource of the API: where it is served and how its objects are marked. */
export interface Resource {
  readonly kind: string;
  readonly plural: string;
  /** `''` is the core group, served below /api instead of /apis. */
  readonly group: string;
  readonly version: string;
  readonly namespaced: boolean;
}

const resource = (
  kind: string,
  plural: string,
  group: string,
  namespaced = true,
  version = 'v1',
): Resource => ({ kind, plural, group, version, namespaced });

export const RESOURCES: readonly Resource[] = [
  resource('Namespace', 'namespaces', '', false),
  resource('Node', 'nodes', '', false),
  resource('Pod', 'pods', ''),
  resource('Service', 'services', ''),
  resource('Endpoints', 'endpoints', ''),
  resource('EndpointSlice', 'endpointslices', 'discovery.k8s.io'),
  resource('ReplicaSet', 'replicasets', 'apps'),
  resource('Deployment', 'deployments', 'apps'),
  resource('StatefulSet', 'statefulsets', 'apps'),
  resource('DaemonSet', 'daemonsets', 'apps'),
  resource('Job', 'jobs', 'batch'),
];

export const apiVersion = ({ group, version }: Resource): string =>
  group === '' ? version : `${group}/${version}`;

/** A request path taken apart; `null` when it is no path of a resource. */
export interface Target {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespace: string | null;
  readonly name: string | null;
}

const PATH =
  /^\/(?:api|apis\/(?<group>[^/]+))\/(?<version>v[^/]+)(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<plural>[a-z]+)(?:\/(?<name>[^/]+))?$/;

export function parseTarget(path: string): Target | null {
  const parts = PATH.exec(path)?.groups;
  if (parts === undefined) return null;
  const { group, version, namespace, plural, name } = parts;
  return {
    apiVersion: group === undefined ? version! : `${group}/${version}`,
    plural: plural!,
    namespace: namespace === undefined ? null : decodeURIComponent(namespace),
    name: name === undefined ? null : decodeURIComponent(name),
  };
}
