import { RATE_PRIOR_EVENTS } from './baseline.ts';
import type { Side } from './finding.ts';
import type { LeafPair } from './leaves.ts';
import { type Measure, sampleOf } from './measure.ts';
import {
  type Dispersion,
  dispersionOf,
  intraclass,
  poolDispersion,
  type Sample,
} from './statistics/dispersion.ts';
import { type Column, column } from './table.ts';

/** One measure of some traffic leaf by leaf: in the period, in the baseline, and in the baseline's stretches. */
export interface LeafSamples {
  readonly now: readonly Sample[];
  readonly before: readonly Sample[];
  readonly stretches: readonly (readonly Sample[])[];
}

export function leafSamples(leaves: readonly LeafPair[], measure: Measure, threshold: number): LeafSamples {
  return {
    now: leaves.map((leaf) => sampleOf(measure, leaf.now, threshold)),
    before: leaves.map((leaf) => sampleOf(measure, leaf.before, threshold)),
    stretches: leaves.map((leaf) => leaf.stretches.map((counts) => sampleOf(measure, counts, threshold))),
  };
}

/** A way to divide an edge's traffic into parts: the part of each leaf, -1 for none. */
export interface Division {
  /** The one tag that makes the parts; `null` where two do. */
  readonly tag: string | null;
  readonly codes: Int32Array;
  readonly parts: number;
  /** Parts that divisions of as many tags make together: what a part of it was chosen from. */
  readonly among: number;
}

/** Tags in which a problem of a part stands out though the whole hides it. */
const TAGS = ['pod', 'version', 'node', 'zone'] as const;

/** Divisions by one tag of one end, and by two tags of any. What divides nothing is left out. */
export function divisionsOf(
  leaves: readonly LeafPair[],
  sides: readonly Side[] = ['server', 'client'],
): Division[] {
  const columns = sides
    .flatMap((side) => TAGS.map((tag) => column(leaves, side, tag)))
    .filter(({ values }) => values.length > 1);
  const singles = columns.map(({ tag, codes, values }) => ({ tag, codes, parts: values.length }));
  const pairs = columns.flatMap((one, i) => columns.slice(i + 1).map((other) => crossed(one, other)));
  return [...counted(singles), ...counted(pairs)];
}

function counted(divisions: readonly Omit<Division, 'among'>[]): Division[] {
  const among = divisions.reduce((sum, { parts }) => sum + parts, 0);
  return divisions.map((division) => ({ ...division, among }));
}

function crossed(one: Column, other: Column): Omit<Division, 'among'> {
  const numbers = new Map<number, number>();
  const codes = one.codes.map((code, i) => {
    if (code < 0 || other.codes[i]! < 0) return -1;
    const key = code * other.values.length + other.codes[i]!;
    let number = numbers.get(key);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(key, number);
    }
    return number;
  });
  return { tag: null, codes, parts: numbers.size };
}

/** Sums of leaves by part. */
export function partSums(
  samples: readonly Sample[],
  { codes, parts }: Pick<Division, 'codes' | 'parts'>,
): { bad: number; total: number }[] {
  const sums = Array.from({ length: parts }, () => ({ bad: 0, total: 0 }));
  for (let i = 0; i < samples.length; i++) {
    const sum = sums[codes[i]!];
    if (sum === undefined) continue;
    sum.bad += samples[i]!.bad;
    sum.total += samples[i]!.total;
  }
  return sums;
}

/**
 * How much the rates of parts wander from stretch to stretch of quiet time, each about its own mean: what a period of an
 * incident's length must exceed before a part of an edge says anything.
 */
export function partWander({ stretches }: LeafSamples, division: Division): Dispersion {
  const count = stretches[0]?.length ?? 0;
  const byStretch = Array.from({ length: count }, (_, at) =>
    partSums(
      stretches.map((list) => list[at]!),
      division,
    ),
  );
  return poolDispersion(
    Array.from({ length: division.parts }, (_, part) => dispersionOf(byStretch.map((sums) => sums[part]!))),
  );
}

/** Degrees of freedom that the wander assumed of a part weighs as much as. */
const PRIOR_FREEDOM = 8;

/** Intra-class correlation of a part's outcomes, shrunk to what is assumed of it. */
export function partCorrelation(wander: Dispersion, assumed: number): number {
  return (wander.groups * intraclass(wander) + PRIOR_FREEDOM * assumed) / (wander.groups + PRIOR_FREEDOM);
}

/** Events that what its siblings did says about a part, at most. */
const MOST_ALIKE = 200;

/**
 * Events that the rate of the whole weighs as much as in what is expected of a part: the more alike parts were, the more (empirical
 * Bayes); of few parts little is assumed.
 *
 * @param spread of the rates of parts, each about that of its whole, in quiet time
 */
export function alikeness(spread: Dispersion): number {
  const correlation = partCorrelation(spread, 1 / (RATE_PRIOR_EVENTS + 1));
  return Math.min(MOST_ALIKE, Math.max(RATE_PRIOR_EVENTS, 1 / correlation - 1));
}

/** Spread of the rates of an edge's instances in quiet time. */
export function instanceSpread(leaves: readonly LeafPair[], measure: Measure, threshold: number): Dispersion {
  const sums = new Map<string, { bad: number; total: number }>();
  for (const { serverInstance, before } of leaves) {
    const { bad, total } = sampleOf(measure, before, threshold);
    const sum = sums.get(serverInstance) ?? { bad: 0, total: 0 };
    sums.set(serverInstance, { bad: sum.bad + bad, total: sum.total + total });
  }
  return dispersionOf([...sums.values()]);
}
