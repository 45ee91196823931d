import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Incident, Quiet } from './score.ts';

/** What a data set holds, and which incidents of it cannot be asked about, each with the reason. */
export interface Cases {
  readonly incidents: readonly Incident[];
  readonly quiet: readonly Quiet[];
  readonly leftOut: readonly string[];
}

export const joined = (parts: readonly Cases[]): Cases => ({
  incidents: parts.flatMap(({ incidents }) => incidents),
  quiet: parts.flatMap(({ quiet }) => quiet),
  leftOut: parts.flatMap(({ leftOut }) => leftOut),
});

/** The folders in a folder, in order; hidden ones are nobody's data. */
export const foldersIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => join(folder, name))
    .sort();
