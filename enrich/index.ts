export { type ClusterWatch, type WatchOptions, watchCluster } from './cluster/watch-cluster.ts';
export { type Endpoint, type Resolution, TAGS, type Tag, type Tags } from './endpoint.ts';
export { isKind, KINDS, type Kind } from './kind/kind.ts';
export { type CgroupPod, podsOfCgroup } from './name/cgroup.ts';
export type { NodePlace, PodPlace } from './name/places.ts';
export type { Change, NamedFlow } from './named-flow.ts';
export { Names, type NamesCounters, type NamesOptions, type ObjectEvent, type ServiceInfo } from './names.ts';
export { loadObjects } from './objects-file.ts';
export { type WatchObjectsOptions, watchObjects } from './watch-objects.ts';
