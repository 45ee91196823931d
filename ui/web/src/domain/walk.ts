import type { Point } from './layout/index.ts';

export type Step = 'left' | 'right' | 'up' | 'down';

const DIRECTIONS: Readonly<Record<Step, Point>> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
};
/** How much worse a step to the side is than one ahead. */
const SIDEWAYS = 3;

/** The nearest node in a direction, `null` at the edge of the map. */
export function walk(positions: ReadonlyMap<string, Point>, from: string, step: Step): string | null {
  const start = positions.get(from);
  if (start === undefined) return null;
  const { x, y } = DIRECTIONS[step];
  let best: { id: string; cost: number } | null = null;
  for (const [id, point] of positions) {
    const ahead = (point.x - start.x) * x + (point.y - start.y) * y;
    if (id === from || ahead <= 0) continue;
    const aside = Math.abs((point.x - start.x) * y) + Math.abs((point.y - start.y) * x);
    const cost = ahead + SIDEWAYS * aside;
    if (best === null || cost < best.cost || (cost === best.cost && id < best.id)) best = { id, cost };
  }
  return best?.id ?? null;
}
