import { quantileOf } from '../load/statistics.ts';

/** An incident whose cause is known. */
export interface Incident {
  readonly name: string;
  /** What the scores are broken down by: the metric of the target, or the kind of the injection. */
  readonly kind: string;
  /** The service that caused it. */
  readonly cause: string;
  /** The part that is timed: from series in memory to services, the likeliest first. */
  rank(): readonly string[];
}

/** A stretch in which nothing happened. */
export interface Quiet {
  readonly name: string;
  readonly kind: string;
  /** What is found nevertheless. */
  rank(): readonly string[];
}

export interface Score {
  readonly cases: number;
  readonly ac1: number;
  readonly ac3: number;
  readonly avg5: number;
  /** Share of the quiet stretches in which nothing is found; null where there is none. */
  readonly specificity: number | null;
  readonly secondsPerCase: { readonly p50: number; readonly p95: number };
  readonly kinds: Readonly<
    Record<string, { readonly cases: number; readonly ac1: number; readonly ac3: number }>
  >;
  readonly splits: Readonly<Record<string, { readonly splits: number; readonly silent: number }>>;
}

/** Says what went wrong: the name of the case, what was found, what the cause was (null: nothing happened). */
export type Missed = (name: string, found: readonly string[], cause: string | null) => void;

/** Share of incidents whose cause is among the first k (AC@k; AS@k where services are asked for). */
export function score(incidents: readonly Incident[], quiet: readonly Quiet[], missed: Missed): Score {
  const seconds: number[] = [];
  const places = incidents.map(({ name, kind, cause, rank }) => {
    const start = performance.now();
    const found = rank();
    seconds.push((performance.now() - start) / 1000);
    const place = found.indexOf(cause) + 1;
    if (place !== 1) missed(name, found.slice(0, 3), cause);
    return { kind, place: place === 0 ? Number.POSITIVE_INFINITY : place };
  });
  const silent = quiet.map(({ name, kind, rank }) => {
    const found = rank();
    if (found.length > 0) missed(name, found, null);
    return { kind, silent: found.length === 0 };
  });
  const all = accuracy(places);
  return {
    cases: places.length,
    ac1: all(1),
    ac3: all(3),
    avg5: [1, 2, 3, 4, 5].reduce((sum, k) => sum + all(k) / 5, 0),
    specificity: silent.length === 0 ? null : silent.filter((one) => one.silent).length / silent.length,
    secondsPerCase: { p50: known(quantileOf(seconds, 0.5)), p95: known(quantileOf(seconds, 0.95)) },
    kinds: byKind(places, (of) => ({ cases: of.length, ac1: accuracy(of)(1), ac3: accuracy(of)(3) })),
    splits: byKind(silent, (of) => ({ splits: of.length, silent: of.filter((one) => one.silent).length })),
  };
}

const accuracy = (places: readonly { readonly place: number }[]) => (k: number) =>
  places.length === 0 ? 0 : places.filter(({ place }) => place <= k).length / places.length;

const known = (value: number): number => (Number.isNaN(value) ? 0 : value);

function byKind<T extends { readonly kind: string }, R>(all: readonly T[], sum: (of: readonly T[]) => R) {
  const kinds = [...new Set(all.map(({ kind }) => kind))].sort();
  return Object.fromEntries(kinds.map((kind) => [kind, sum(all.filter((one) => one.kind === kind))]));
}
