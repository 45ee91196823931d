import { scanForecast, type TagSet, tagTable } from '../../analysis/index.ts';
import { seeded } from './random.ts';
import type { Case } from './score.ts';

/** Parameters of the published synthetic additive cases (RiskLoc, arXiv 2205.10004). */
interface Kind {
  readonly sizes: readonly number[];
  readonly mostNoise: number;
  readonly causes: number;
  readonly elements: number;
  readonly leastSeverity: number;
  readonly mostSpread: number;
  /** Only the cuboid of all tags. */
  readonly deepest: boolean;
}

export const KINDS = {
  S: {
    sizes: [10, 12, 10, 8, 5],
    mostNoise: 0.25,
    causes: 3,
    elements: 3,
    leastSeverity: 0.2,
    mostSpread: 0.1,
    deepest: false,
  },
  L: {
    sizes: [10, 24, 10, 15],
    mostNoise: 0.1,
    causes: 5,
    elements: 1,
    leastSeverity: 0.5,
    mostSpread: 0,
    deepest: true,
  },
} as const satisfies Record<string, Kind>;

/** Cases made from a seed: the same seed gives the same cases. */
export function* generate(name: keyof typeof KINDS, cases: number, seed: number): Generator<Case> {
  for (let i = 0; i < cases; i++)
    yield made(`${name}-${seed}-${i}`, KINDS[name], seeded(`${name} ${seed} ${i}`));
}

type Random = ReturnType<typeof seeded>;

function made(name: string, kind: Kind, random: Random): Case {
  const tags = kind.sizes.map((_, tag) => String.fromCharCode(97 + tag));
  const rows = product(kind.sizes).map((leaf) => leaf.map((value, tag) => `${tags[tag]}${value + 1}`));
  const { real, predicted } = quiet(rows.length, kind, random);
  const causes: TagSet[] = [];
  const reduced = random.uniform(0, 1) < 0.5 ? real : predicted;
  const other = reduced === real ? predicted : real;
  const before = other.slice();
  for (const { sets, severity, spread } of anomalies(kind, tags, random)) {
    causes.push(...sets);
    for (const set of sets) {
      const at = set.map(({ tag, value }) => [tags.indexOf(tag), value] as const);
      for (const [i, row] of rows.entries()) {
        if (!at.every(([tag, value]) => row[tag] === value)) continue;
        const share = Math.min(1, Math.max(0, spread > 0 ? severity + spread * random.normal() : severity));
        reduced[i] = before[i]! * (1 - share);
      }
    }
  }
  return { name, causes, locate: () => scanForecast(tagTable(tags, rows), { real, predicted }) };
}

/** Values and forecasts without an incident: Weibull values, relative Gaussian noise, the two sides swapped at random. */
function quiet(size: number, kind: Kind, random: Random) {
  const shape = random.uniform(0.5, 1);
  const zeros = random.uniform(0, 0.25);
  const noise = random.uniform(0, kind.mostNoise);
  const real = new Float64Array(size);
  const predicted = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const value =
      random.uniform(0, 1) < zeros ? 0 : 100 * (-Math.log(1 - random.uniform(0, 1))) ** (1 / shape);
    const forecast = Math.max(0, value * (1 + noise * random.normal()));
    const swap = random.uniform(0, 1) < 0.5;
    real[i] = swap ? forecast : value;
    predicted[i] = swap ? value : forecast;
  }
  return { real, predicted };
}

interface Anomaly {
  readonly sets: readonly TagSet[];
  readonly severity: number;
  readonly spread: number;
}

/** One to `causes` anomalies, each in a cuboid of its own, no tag value used by two. */
function anomalies(kind: Kind, tags: readonly string[], random: Random): Anomaly[] {
  const used = new Set<string>();
  const cuboids = new Set<string>();
  const wanted = random.integer(1, kind.causes);
  const found: Anomaly[] = [];
  for (let tries = 0; found.length < wanted && tries < 200; tries++) {
    const cuboid = kind.deepest ? tags : random.subset(tags, random.integer(1, tags.length));
    if (!kind.deepest && cuboids.has(cuboid.join())) continue;
    const sets = elements(kind, tags, cuboid, random.integer(1, kind.elements), used, random);
    if (sets === null) continue;
    cuboids.add(cuboid.join());
    for (const set of sets) for (const { value } of set) used.add(value);
    found.push({
      sets,
      severity: random.uniform(kind.leastSeverity, 1),
      spread: random.uniform(0, kind.mostSpread),
    });
  }
  return found;
}

function elements(
  kind: Kind,
  tags: readonly string[],
  cuboid: readonly string[],
  count: number,
  used: ReadonlySet<string>,
  random: Random,
): TagSet[] | null {
  const sets = new Map<string, TagSet>();
  for (let tries = 0; sets.size < count && tries < 100; tries++) {
    const set = cuboid.map((tag) => ({
      tag,
      value: `${tag}${random.integer(1, kind.sizes[tags.indexOf(tag)]!)}`,
    }));
    if (set.every(({ value }) => !used.has(value))) sets.set(JSON.stringify(set), set);
  }
  return sets.size === 0 ? null : [...sets.values()];
}

function product(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>(
    (leaves, size) => leaves.flatMap((leaf) => Array.from({ length: size }, (_, value) => [...leaf, value])),
    [[]],
  );
}
