export { type Endpoint, type Resolution, TAGS, type Tag, type Tags } from './endpoint.ts';
export type { Change, NamedFlow } from './named-flow.ts';
