import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { scanForecast, type TagSet, tagTable } from '../../analysis/index.ts';
import { readCsv } from './csv.ts';
import type { Case } from './score.ts';

/**
 * Additive cases of a folder and of the folders in it: `injection_info*.csv` names the causes, `ID.csv[.gz]` holds the leaves.
 */
export function* riskloc(folder: string): Generator<Case> {
  yield* casesIn(folder);
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) yield* casesIn(join(folder, entry.name));
}

function* casesIn(folder: string): Generator<Case> {
  const files = new Map(
    readdirSync(folder)
      .filter((name) => /^[^_]+\.csv(\.gz)?$/.test(name))
      .map((name) => [basename(name).split('.')[0]!, join(folder, name)] as const),
  );
  for (const info of readdirSync(folder).filter((name) => /^injection_info.*\.csv$/.test(name))) {
    const { heading, rows } = readCsv(join(folder, info));
    const [id, set] = [heading.indexOf('timestamp'), heading.indexOf('set')];
    for (const row of rows) {
      const file = files.get(row[id]!);
      if (file === undefined || !existsSync(file)) continue;
      yield { name: row[id]!, causes: row[set]!.split(';').map(tagSet), locate: caseOf(file) };
    }
  }
}

function caseOf(file: string): () => readonly TagSet[] {
  const { heading, rows } = readCsv(file);
  const tags = heading.filter((name) => !['real', 'predict', 'timestamp'].includes(name));
  const at = tags.map((name) => heading.indexOf(name));
  const column = (name: string) => {
    const place = heading.indexOf(name);
    return Float64Array.from(rows, (row) => Number(row[place]));
  };
  const [real, predicted] = [column('real'), column('predict')];
  return () =>
    scanForecast(
      tagTable(
        tags,
        rows.map((row) => at.map((place) => row[place]!)),
      ),
      { real, predicted },
    );
}

const tagSet = (text: string): TagSet =>
  text.split('&').map((part) => {
    const [tag = '', value = ''] = part.split('=');
    return { tag, value };
  });
