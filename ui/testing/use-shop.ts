import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openStore } from '../../graph/index.ts';
import { openShop } from './shop.ts';

/** Files for the tests of a file: a store with the shop in it, `empty.duckdb`, and `junk.duckdb`, which is none. */
export function useShop(): { readonly folder: string; readonly store: string } {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'faultline-cli-'));
    await (await openShop(join(folder, 'shop.duckdb'))).close();
    await (await openStore(join(folder, 'empty.duckdb'))).close();
    await writeFile(join(folder, 'junk.duckdb'), 'not a database');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    get folder() {
      return folder;
    },
    get store() {
      return join(folder, 'shop.duckdb');
    },
  };
}
