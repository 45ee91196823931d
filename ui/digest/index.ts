export { type DigestDocument, digestJson, type IncidentDocument, incidentDocument } from './json.ts';
export { digestMarkdown } from './markdown.ts';
export type { SelfTestLine } from './self-test.ts';
export { digestText } from './text.ts';
