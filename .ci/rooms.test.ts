import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The one way data and imports go; `bench` and `datasets` stand outside and may use every room. */
const ROOMS = ['probe', 'enrich', 'graph', 'analysis', 'ui'];
const OUTSIDE = ['bench', 'datasets'];

interface Import {
  readonly file: string;
  readonly target: string;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs|js)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/node_modules|\/(build|dist)\//.test(file));
}

function imports(folder: string): Import[] {
  return sources(folder).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map(
      (match) => match[1]!,
    );
    return specifiers.map((specifier) => ({
      file: relative(root, file),
      target: relative(root, resolve(dirname(file), specifier)),
    }));
  });
}

const roomOf = (path: string) => path.split('/')[0]!;
const isTest = (path: string) => /\.test\.tsx?$/.test(path) || /\/(test|testing)\//.test(path);

test('imports go one way through the rooms', () => {
  const wrong = ROOMS.flatMap((room, position) =>
    imports(room).filter(({ file, target }) => {
      const to = roomOf(target);
      if (to === room || (isTest(file) && (to === '.ci' || OUTSIDE.includes(to)))) return false;
      return !ROOMS.slice(0, position).includes(to);
    }),
  );
  expect(wrong).toEqual([]);
});

test('rooms are entered by their door', () => {
  const windows = [...ROOMS, ...OUTSIDE].flatMap((room) =>
    imports(room).filter(
      ({ target }) =>
        ROOMS.includes(roomOf(target)) && roomOf(target) !== room && target !== `${roomOf(target)}/index.ts`,
    ),
  );
  expect(windows).toEqual([]);
});

test('every FL- code in the sources is explained in docs/errors.md, and the other way round', () => {
  const used = new Set(
    [...ROOMS, ...OUTSIDE].flatMap((room) =>
      sources(room)
        .filter((file) => !isTest(file))
        .flatMap((file) =>
          [...readFileSync(file, 'utf8').matchAll(/['"`](FL-\d{3})\b/g)].map((match) => match[1]!),
        ),
    ),
  );
  const explained = new Set(
    [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^\| (FL-\d{3}) \|/gm)].map(
      (match) => match[1]!,
    ),
  );
  expect([...used].filter((code) => !explained.has(code)).sort()).toEqual([]);
  expect([...explained].filter((code) => !used.has(code)).sort()).toEqual([]);
});
