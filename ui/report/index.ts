export { headline } from './headline.ts';
export { type ReportDocument, toJson } from './json.ts';
export { toMarkdown } from './markdown.ts';
export type { NarrativeOptions } from './narrative.ts';
export { type TextOptions, toText } from './text.ts';
