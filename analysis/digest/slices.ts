import { type Edge, type EdgeKey, type EdgeReader, type Period, WINDOW_MICROS } from '../../graph/index.ts';
import { edgeId } from '../keys.ts';
import { LOOKBACK_MICROS } from '../thresholds.ts';
import { readWorld, type World, windowEnd, windowStart } from '../world.ts';

/** A night is looked at in slices this long, each with what came before it: a question's look back in all. */
export const SLICE_MICROS = LOOKBACK_MICROS / 2;

/** Edge windows held at once: about a gigabyte of counts and histograms. */
const MAX_EDGE_WINDOWS = 500_000;

export interface Slice {
  readonly world: World;
  /** First window of the world that is the slice's own. */
  readonly start: number;
  readonly seen: number;
}

/** Bounds of the slices of a period. */
export function slicesOf({ from, to }: Period): Period[] {
  const slices: Period[] = [];
  for (let at = windowStart(from); at < to; at += SLICE_MICROS) {
    slices.push({ from: at, to: Math.min(at + SLICE_MICROS, windowEnd(to)) });
  }
  return slices;
}

/**
 * Reads one slice with its past. Of more edges than memory has room for, those with the most traffic are kept, and how
 * many there were is told.
 */
export async function readSlice(
  reader: EdgeReader,
  { from, to }: Period,
  range: Period,
): Promise<Slice | null> {
  const span = {
    from: Math.max(windowStart(range.from), to - LOOKBACK_MICROS),
    to: Math.min(to, windowEnd(range.to)),
  };
  if (span.to <= Math.max(from, span.from)) return null;
  const room = Math.max(1, Math.floor((MAX_EDGE_WINDOWS * WINDOW_MICROS) / (span.to - span.from)));
  const edges = await reader.edges(span);
  const kept = edges.length <= room ? undefined : busiest(edges, room);
  const world = await readWorld(kept === undefined ? reader : only(reader, kept), span, null);
  return { world, start: Math.round((from - span.from) / WINDOW_MICROS), seen: edges.length };
}

function busiest(edges: readonly Edge[], room: number): Edge[] {
  const traffic = ({ counts }: Edge): number => Math.max(counts.requests, counts.opened);
  return [...edges].sort((a, b) => traffic(b) - traffic(a)).slice(0, room);
}

/** A reader that knows some edges only. */
export function only(reader: EdgeReader, edges: readonly EdgeKey[]): EdgeReader {
  const ids = new Set(edges.map(edgeId));
  return {
    ...reader,
    edges: async (period) => (await reader.edges(period)).filter((edge) => ids.has(edgeId(edge))),
    series: (period) => reader.series(period, edges),
    leaves: (period) => reader.leaves(period, edges),
  };
}
