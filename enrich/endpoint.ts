/** How an endpoint was named, strongest first. */
export type Resolution = 'process' | 'pod-ip' | 'service' | 'dns' | 'range' | 'node' | 'unresolved';

/** The named properties of an endpoint, in the order reports list them. */
export const TAGS = [
  'region',
  'zone',
  'node',
  'namespace',
  'kind',
  'workload',
  'service',
  'version',
  'image',
  'pod',
  'container',
  'process',
  'address',
] as const;
export type Tag = (typeof TAGS)[number];

export type Tags = Readonly<Partial<Record<Tag, string>>>;

/**
 * One end of a flow with everything known about it at that time. Two endpoints with equal tags and resolution are the
 * same row of the endpoint dimension; `address` is set only where nothing better names the end.
 */
export interface Endpoint {
  readonly resolution: Resolution;
  readonly tags: Tags;
  /** Where an address stands for several things that cannot be told apart: their names. Else empty. */
  readonly candidates: readonly string[];
}
