import { cuboidsOf, type TagSet, type TagTable, tagSetOf } from './table.ts';

/** Bad events and all events of each leaf. */
export interface LeafCounts {
  readonly bad: Float64Array;
  readonly total: Float64Array;
}

export interface CountScan {
  readonly domain: TagSet;
  readonly bad: number;
  readonly expected: number;
  /** Logarithm of how much likelier the counts are with a rate of its own for the domain. */
  readonly likelihood: number;
}

/** Tags of a conjunction; more is no longer something a person can act on. */
const DEPTH = 3;

/**
 * The tag set whose leaves have the most bad events beyond expectation: the maximum of the Poisson scan statistic
 * (Kulldorff 1997) over all conjunctions of up to three tags. The expectation comes from the past alone and is not rescaled to
 * what is seen now, so that what is bad everywhere is bad. No price is put on length: a part of the domain, and a larger
 * set around it, are both less likely than the domain itself.
 *
 * @returns `null` when no set has more than was expected
 */
export function scanCounts(table: TagTable, now: LeafCounts, past: LeafCounts): CountScan | null {
  const expected = expectation(table, now, past);
  let best: CountScan | null = null;
  for (const cuboid of cuboidsOf(table, DEPTH)) {
    const bad = new Float64Array(cuboid.groups);
    const mean = new Float64Array(cuboid.groups);
    for (let i = 0; i < table.size; i++) {
      bad[cuboid.group[i]!]! += now.bad[i]!;
      mean[cuboid.group[i]!]! += expected[i]!;
    }
    for (let group = 0; group < cuboid.groups; group++) {
      const likelihood = excess(bad[group]!, mean[group]!);
      if (likelihood <= (best?.likelihood ?? 0)) continue;
      best = {
        domain: tagSetOf(table, cuboid, group),
        bad: bad[group]!,
        expected: mean[group]!,
        likelihood,
      };
    }
  }
  return best;
}

function excess(bad: number, expected: number): number {
  return bad > expected ? bad * Math.log(bad / expected) - (bad - expected) : 0;
}

/** Events of the past that the rate of a leaf's tags weighs as much as, in the rate expected of the leaf. */
const PRIOR_EVENTS = 100;
/** The same for the effect of one tag value, in bad events. */
const PRIOR_BAD = 2;
const ROUNDS = 3;
const LEAST_SHARE = 0.05;
const MOST_RATE = 0.9;

/**
 * Bad events expected of each leaf now: its own past rate, shrunk to what its tags let expect (a product of one effect for
 * each tag value, fitted by iterative proportional scaling), which in turn is shrunk to the rate of all.
 */
function expectation(table: TagTable, now: LeafCounts, past: LeafCounts): Float64Array {
  const overall = (sum(past.bad) + 0.5) / (sum(past.total) + 1);
  const byTags = rateByTags(table, past, overall);
  return Float64Array.from(now.total, (total, i) => {
    const prior = Math.min(MOST_RATE, Math.max(LEAST_SHARE * overall, byTags[i]!));
    return (total * (past.bad[i]! + PRIOR_EVENTS * prior)) / (past.total[i]! + PRIOR_EVENTS);
  });
}

function rateByTags(table: TagTable, past: LeafCounts, overall: number): Float64Array {
  const effects = table.values.map((values) => new Float64Array(values.length).fill(1));
  const rate = new Float64Array(table.size).fill(overall);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [tag, codes] of table.codes.entries()) {
      const bad = new Float64Array(effects[tag]!.length);
      const mean = new Float64Array(effects[tag]!.length);
      for (let i = 0; i < table.size; i++) {
        bad[codes[i]!]! += past.bad[i]!;
        mean[codes[i]!]! += (past.total[i]! * rate[i]!) / effects[tag]![codes[i]!]!;
      }
      const before = effects[tag]!.slice();
      for (const value of before.keys())
        effects[tag]![value] = (bad[value]! + PRIOR_BAD) / (mean[value]! + PRIOR_BAD);
      for (let i = 0; i < table.size; i++) rate[i]! *= effects[tag]![codes[i]!]! / before[codes[i]!]!;
    }
  }
  return rate;
}

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
