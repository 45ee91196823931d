import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Context, Handler } from 'hono';
import { HttpProblem } from './problem.ts';

export const PAGE_FOLDER = fileURLToPath(new URL('../web/dist/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

interface Asset {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly zipped: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly etag: string;
}

/**
 * Serves the built page from memory: a request chooses among the files that were built, so no path can
 * lead elsewhere. Addresses of the page itself (`/`, `/map/…`) all get its one document.
 */
export function assets(folder = PAGE_FOLDER): { page: Handler; file: Handler } {
  let loaded: { readonly built: number; readonly files: ReadonlyMap<string, Asset> } | null = null;
  const files = (): ReadonlyMap<string, Asset> => {
    const built = statSync(join(folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs;
    if (built === undefined) {
      throw new HttpProblem(503, 'FL-558', 'The page has not been built', 'Run npm run build, then reload.');
    }
    // Built again while running: the old names are gone, so everything is read anew.
    if (loaded?.built !== built) loaded = { built, files: load(folder) };
    return loaded.files;
  };
  return {
    page: (context) => answer(context, files().get('/index.html')!, 'no-cache'),
    file: (context) => {
      const asset = files().get(new URL(context.req.url).pathname);
      if (asset === undefined) return context.notFound();
      return answer(context, asset, 'public, max-age=31536000, immutable');
    },
  };
}

function load(folder: string): ReadonlyMap<string, Asset> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    names.map((name) => {
      const body = new Uint8Array(readFileSync(name));
      const asset: Asset = {
        body,
        zipped: new Uint8Array(gzipSync(body)),
        type: TYPES[extname(name)] ?? 'application/octet-stream',
        etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      };
      return [`/${relative(folder, name).split(sep).join('/')}`, asset];
    }),
  );
}

function answer(context: Context, asset: Asset, caching: string): Response {
  context.header('etag', asset.etag);
  context.header('cache-control', caching);
  context.header('vary', 'accept-encoding');
  if (context.req.header('if-none-match') === asset.etag) return context.body(null, 304);
  context.header('content-type', asset.type);
  if (!/\bgzip\b/.test(context.req.header('accept-encoding') ?? '')) return context.body(asset.body);
  context.header('content-encoding', 'gzip');
  return context.body(asset.zipped);
}
