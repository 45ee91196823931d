import { readFileSync } from 'node:fs';

/** The version of this faultline, written into every store it makes. */
export const FAULTLINE_VERSION: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
