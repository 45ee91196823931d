import { chiSquareTail } from '../statistics/special.ts';
import { surprise } from '../statistics/tail.ts';
import type { Reading } from './alternatives.ts';
import type { Expectation } from './baseline.ts';
import { CHANNELS } from './channels.ts';
import type { Profile } from './profile.ts';
import type { Anomaly, Scores } from './types.ts';

const KEPT = 4;

/** What a step was worth: a table of edges and channels. */
export class Table implements Scores {
  readonly at: number;
  readonly rows: number;
  readonly z: Float32Array;
  readonly opened: Anomaly[] = [];
  readonly ongoing: Anomaly[] = [];
  readonly ended: Anomaly[] = [];
  readonly #profile: Profile;
  /** Bad, total, mean and dispersion of what was compared, for the p-values that are asked for. */
  readonly #kept: Float32Array;

  constructor(profile: Profile, at: number, rows: number) {
    this.#profile = profile;
    this.at = at;
    this.rows = rows;
    this.z = new Float32Array(rows * CHANNELS.length).fill(Number.NaN);
    this.#kept = new Float32Array(rows * CHANNELS.length * KEPT);
  }

  row(edgeId: string): number {
    return this.#profile.rows.get(edgeId) ?? -1;
  }

  note(row: number, channel: number, z: number, { bad, total }: Reading, usual: Expectation): void {
    const i = row * CHANNELS.length + channel;
    this.z[i] = z;
    this.#kept[i * KEPT] = bad;
    this.#kept[i * KEPT + 1] = total;
    this.#kept[i * KEPT + 2] = usual.mean;
    // One precision for both: how rates scatter, and how well the mean is known.
    const binomial = usual.mean * (1 - usual.mean);
    const unknown = binomial > 0 ? (usual.error * usual.error) / binomial : 0;
    this.#kept[i * KEPT + 3] = usual.dispersion + unknown;
  }

  p(index: number): number {
    const z = this.z[index];
    if (z === undefined || Number.isNaN(z)) return 1;
    const [bad, total, mean, dispersion] = this.#kept.subarray(index * KEPT, index * KEPT + KEPT);
    switch (CHANNELS[index % CHANNELS.length]!.family) {
      case 'share':
      case 'slow':
        return surprise(Math.round(bad!), Math.round(total!), {
          mean: mean!,
          weight: Math.max(1e-3, 1 / dispersion! - 1),
        });
      case 'less':
        return normalTail(-z);
      case 'level':
      case 'more':
        return normalTail(z);
    }
  }
}

/** P(a standard normal is at least z). */
function normalTail(z: number): number {
  const half = chiSquareTail(z * z, 1) / 2;
  return z >= 0 ? half : 1 - half;
}
