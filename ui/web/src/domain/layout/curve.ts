import type { Point } from './types.ts';

/** A curve in the terms of the drawing library: control points relative to the line between the two ends. */
export interface Curve {
  /** End points relative to the centres of the cards. */
  readonly source: Point;
  readonly target: Point;
  readonly weights: readonly number[];
  readonly distances: readonly number[];
}

/** How far an arc between two cards of one column bulges out. */
const BULGE = 64;
/** Part of a gap that a line stays level at either side. */
const LEAD = 0.42;
/** Distance of parallel edges (same ends, other port). */
const PARALLEL = 10;

/**
 * Leaves the side that faces the server, passes its points level, arrives level. `lane` tells parallel edges apart:
 * 0, 1, -1, 2, …
 */
export function curveOf(
  client: Point,
  server: Point,
  passes: readonly Point[],
  card: { readonly width: number; readonly height: number },
  lane = 0,
): Curve {
  const half = card.width / 2;
  const sameColumn = client.x === server.x;
  const forward = server.x > client.x;
  const out = sameColumn || forward ? half : -half;
  const into = sameColumn ? half : -out;
  const shift = Math.max(-card.height / 2 + 6, Math.min(card.height / 2 - 6, lane * PARALLEL));
  const start = { x: client.x + out, y: client.y + shift };
  const end = { x: server.x + into, y: server.y + shift };
  const controls = sameColumn
    ? [
        { x: start.x + BULGE, y: start.y },
        { x: end.x + BULGE, y: end.y },
      ]
    : level(
        start,
        end,
        passes.map((point) => ({ x: point.x, y: point.y + shift })),
        half,
        forward ? 1 : -1,
      );
  return {
    source: { x: out, y: shift },
    target: { x: into, y: shift },
    ...relative(start, end, controls),
  };
}

/** Two control points to each gap between columns, level with its two sides. */
function level(start: Point, end: Point, passes: readonly Point[], half: number, sign: 1 | -1): Point[] {
  const stations = [
    { in: start, out: start },
    ...passes.map((point) => ({
      in: { x: point.x - sign * half, y: point.y },
      out: { x: point.x + sign * half, y: point.y },
    })),
    { in: end, out: end },
  ];
  const controls: Point[] = [];
  for (let i = 1; i < stations.length; i++) {
    const from = stations[i - 1]!.out;
    const to = stations[i]!.in;
    const lead = (to.x - from.x) * LEAD;
    controls.push({ x: from.x + lead, y: from.y }, { x: to.x - lead, y: to.y });
    if (i < stations.length - 1) controls.push(to, stations[i]!.out);
  }
  return controls;
}

function relative(
  start: Point,
  end: Point,
  controls: readonly Point[],
): Pick<Curve, 'weights' | 'distances'> {
  const dx = end.x - start.x;
  const dy = end.y - start.y;
  const length = Math.hypot(dx, dy) || 1;
  return {
    weights: controls.map((point) => ((point.x - start.x) * dx + (point.y - start.y) * dy) / length ** 2),
    distances: controls.map((point) => ((point.y - start.y) * dx - (point.x - start.x) * dy) / length),
  };
}
