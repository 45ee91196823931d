import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Puts the store of a scenario that did not go well, and what is known about it, where `faultline why --store` can look at it
 * again: NAME.duckdb and NAME.json in the folder.
 */
export async function keepStore(folder: string, name: string, store: string, about: unknown): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, name.replace(/[^\w.@-]+/g, '_'));
  await copyFile(store, `${file}.duckdb`);
  await writeFile(`${file}.json`, `${JSON.stringify(about, null, 1)}\n`);
}
