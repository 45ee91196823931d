import type { TagSet } from '../../analysis/index.ts';

/** One case: how to find its causes, and what they are. */
export interface Case {
  readonly name: string;
  readonly causes: readonly TagSet[];
  /** The part that is timed: from leaves in memory to tag sets. */
  locate(): readonly TagSet[];
}

export interface Score {
  readonly cases: number;
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly secondsPerCase: { readonly p50: number; readonly p95: number };
}

/** Exact matches summed over all cases: a predicted tag set counts only if it equals a label. */
export function score(
  cases: Iterable<Case>,
  missed: (name: string, found: readonly string[], causes: readonly string[]) => void,
): Score {
  let [count, tp, fp, fn] = [0, 0, 0, 0];
  const seconds: number[] = [];
  for (const { name, causes, locate } of cases) {
    const start = performance.now();
    const found = locate();
    seconds.push((performance.now() - start) / 1000);
    const labels = new Set(causes.map(written));
    const answers = new Set(found.map(written));
    const hits = [...answers].filter((answer) => labels.has(answer)).length;
    count++;
    tp += hits;
    fp += answers.size - hits;
    fn += labels.size - hits;
    if (hits < labels.size || answers.size > hits) missed(name, [...answers], [...labels]);
  }
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return {
    cases: count,
    tp,
    fp,
    fn,
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    f1: ratio(2 * tp, 2 * tp + fp + fn),
    secondsPerCase: { p50: quantile(seconds, 0.5), p95: quantile(seconds, 0.95) },
  };
}

const written = (set: TagSet): string =>
  set
    .map(({ tag, value }) => `${tag}=${value}`)
    .sort()
    .join('&');

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}
