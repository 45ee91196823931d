import type { EdgeName } from './ids.ts';

export type Direction = 'up' | 'down' | 'both';
export type Selection =
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'edge'; readonly edge: EdgeName };

/** Everything that decides what the page shows. Two people with the same address see the same. */
export interface Route {
  /** Id of the workload in the middle; `null` on the overview. */
  readonly centre: string | null;
  readonly hops: number;
  readonly direction: Direction;
  /** ISO time looked at; `null` follows the newest data. */
  readonly at: string | null;
  readonly selection: Selection | null;
  readonly panel: 'report' | 'selection' | 'none';
  readonly view: 'map' | 'table';
  /** Draw up to the cap instead of the usual number of nodes. */
  readonly all: boolean;
}

export const MAX_HOPS = 4;

export const HOME: Route = {
  centre: null,
  hops: 2,
  direction: 'both',
  at: null,
  selection: null,
  panel: 'report',
  view: 'map',
  all: false,
};

/** The route of an address; whatever cannot be read falls back to the default, since links get cut and edited. */
export function parseRoute(url: URL): Route {
  const query = url.searchParams;
  const centre = parsePath(url.pathname);
  const at = query.get('at');
  const time = at === null ? Number.NaN : Date.parse(at);
  const selection = parseSelection(query);
  const panel = query.get('panel');
  return {
    centre,
    hops: clampHops(Number(query.get('hops') ?? HOME.hops)),
    direction: oneOf(query.get('direction'), ['up', 'down', 'both'], HOME.direction),
    at: Number.isNaN(time) ? null : new Date(time).toISOString(),
    selection,
    panel: oneOf(panel, ['report', 'selection', 'none'], selection === null ? 'report' : 'selection'),
    view: oneOf(query.get('view'), ['map', 'table'], HOME.view),
    all: query.get('all') === '1',
  };
}

/** Path and query of a route; defaults are left out so that the address stays short enough to read aloud. */
export function routePath(route: Route): string {
  const query = new URLSearchParams();
  if (route.at !== null) query.set('at', route.at);
  if (route.centre !== null) {
    if (route.hops !== HOME.hops) query.set('hops', String(route.hops));
    if (route.direction !== HOME.direction) query.set('direction', route.direction);
    if (route.all) query.set('all', '1');
    writeSelection(query, route.selection);
    const usual = route.selection === null ? 'report' : 'selection';
    if (route.panel !== usual) query.set('panel', route.panel);
    if (route.view !== HOME.view) query.set('view', route.view);
  }
  const text = query.toString();
  return `${path(route.centre)}${text === '' ? '' : `?${text}`}`;
}

export function clampHops(hops: number): number {
  return Number.isFinite(hops) ? Math.min(Math.max(Math.round(hops), 1), MAX_HOPS) : HOME.hops;
}

/** The id part by part, so that `/map/shop/checkout` reads as it is. */
function path(centre: string | null): string {
  return centre === null ? '/' : `/map/${centre.split('/').map(encodeURIComponent).join('/')}`;
}

function parsePath(pathname: string): string | null {
  const [, room, ...parts] = pathname.split('/');
  const id = parts.map(decode).join('/');
  return room === 'map' && id !== '' ? id : null;
}

/** A selection from the form it takes in an address. */
function parseSelection(query: URLSearchParams): Selection | null {
  const node = query.get('node');
  if (node) return { kind: 'node', node };
  const client = query.get('client');
  const server = query.get('server');
  const port = Number(query.get('port') ?? Number.NaN);
  if (!client || !server || !Number.isInteger(port)) return null;
  return { kind: 'edge', edge: { client, server, port } };
}

function writeSelection(query: URLSearchParams, selection: Selection | null): void {
  if (selection === null) return;
  if (selection.kind === 'node') {
    query.set('node', selection.node);
    return;
  }
  query.set('client', selection.edge.client);
  query.set('server', selection.edge.server);
  query.set('port', String(selection.edge.port));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function oneOf<T extends string>(value: string | null, allowed: readonly T[], fallback: T): T {
  return allowed.find((candidate) => candidate === value) ?? fallback;
}
