import type { Edge, EdgeCounts, EdgeKey, EdgeReader, NodeKey, Period } from '../graph/index.ts';
import { WINDOW_MICROS } from '../graph/index.ts';
import { edgeId, edgeOf } from './keys.ts';
import { type Scope, scopeOf } from './scope.ts';

/** One edge with its windows side by side; `null` where nothing happened. */
export interface EdgeSeries {
  readonly id: string;
  readonly key: EdgeKey;
  readonly windows: readonly (EdgeCounts | null)[];
}

/** What a question looks at before it has chosen its period. */
export interface World {
  /** Whole windows. */
  readonly span: Period;
  readonly windows: number;
  readonly edges: readonly EdgeSeries[];
  readonly scope: Scope;
}

/** Start of the window that holds a time. */
export function windowStart(micros: number): number {
  return Math.floor(micros / WINDOW_MICROS) * WINDOW_MICROS;
}

export function windowEnd(micros: number): number {
  return Math.ceil(micros / WINDOW_MICROS) * WINDOW_MICROS;
}

/** Index of a time in the world's windows. */
export function indexOf(world: World, micros: number): number {
  return Math.round((micros - world.span.from) / WINDOW_MICROS);
}

export function timeOf(world: World, index: number): number {
  return world.span.from + index * WINDOW_MICROS;
}

/** Reads every edge of a span, window by window. `service` decides which edges matter; `null` is all. */
export async function readWorld(reader: EdgeReader, span: Period, service: NodeKey | null): Promise<World> {
  const edges: readonly Edge[] = await reader.edges(span);
  const windows = Math.max(0, Math.round((span.to - span.from) / WINDOW_MICROS));
  const byId = new Map<string, { key: EdgeKey; windows: (EdgeCounts | null)[] }>();
  for (const edge of edges) byId.set(edgeId(edge), { key: edgeOf(edge), windows: Array(windows).fill(null) });
  for (const row of await reader.series(span)) {
    const index = Math.floor((row.window - span.from) / WINDOW_MICROS);
    const entry = byId.get(edgeId(row));
    if (entry && index >= 0 && index < windows) entry.windows[index] = row.counts;
  }
  return {
    span,
    windows,
    edges: [...byId].map(([id, entry]) => ({ id, ...entry })),
    scope: scopeOf(edges, service),
  };
}
