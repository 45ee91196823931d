import type { Channel, Residuals } from '../learned/index.ts';
import type { Random } from './random.ts';

/** Traffic, something of its own, and a latency that follows traffic on each edge in its own way, with a lag. */
export const LOADED_CHANNELS: readonly Channel[] = [
  { name: 'traffic', side: 'both' },
  { name: 'round trip', side: 'up' },
  { name: 'latency', side: 'up' },
];

/** Quiet residuals of such edges; one value in fifty is missing. */
export function loadedResiduals(random: Random, edges: number, steps: number): Residuals {
  const channels = LOADED_CHANNELS.length;
  const values = new Float32Array(edges * steps * channels);
  for (let edge = 0; edge < edges; edge++) {
    const slope = edge % 3 === 0 ? 0 : 0.5 + random.next();
    let traffic = random.normal();
    let queue = 0;
    for (let step = 0; step < steps; step++) {
      traffic = 0.9 * traffic + Math.sqrt(0.19) * random.normal();
      queue += 0.5 * (Math.exp(0.5 * traffic) - queue);
      const row = [traffic, random.normal(), slope * (queue - 1.1) + 0.4 * random.normal()];
      row.forEach((value, channel) => {
        values[(edge * steps + step) * channels + channel] = random.next() < 0.02 ? Number.NaN : value;
      });
    }
  }
  return { edges, steps, channels, values };
}
