import { type Calibration, calibrationOf } from './calibration.ts';
import type { Judged } from './judge.ts';
import type { Class } from './truth.ts';

export interface Score {
  readonly cases: number;
  readonly classes: Readonly<Record<Class, number>>;
  /** Exact domains of the cases whose causes are identifiable. */
  readonly identifiable: {
    readonly causes: number;
    readonly precision: number;
    readonly recall: number;
    readonly f1: number;
  };
  /** Shares of the cases that were answered wholly right. */
  readonly confounded: number;
  readonly outside: number;
  /** Share of the quiet cases with a finding. */
  readonly falseFindings: number;
  /** Share of the cases with too little data whose findings were all right, or that had none. */
  readonly tooLittle: number;
  readonly calibration: Calibration;
  readonly secondsPerCase: { readonly p50: number; readonly p95: number };
}

export function scoreOf(judged: readonly Judged[], seconds: readonly number[]): Score {
  const of = (kind: Class): Judged[] => judged.filter((one) => one.class === kind);
  const clear = of('identifiable');
  const [hits, causes, found] = [
    sum(clear.map((one) => one.hits)),
    sum(clear.map((one) => one.causes)),
    sum(clear.map(({ findings }) => findings.length)),
  ];
  const count = (kind: Class) => of(kind).length;
  return {
    cases: judged.length,
    classes: {
      identifiable: clear.length,
      confounded: count('confounded'),
      outside: count('outside'),
      'too little': count('too little'),
      quiet: count('quiet'),
    },
    identifiable: {
      causes,
      precision: ratio(hits, found),
      recall: ratio(hits, causes),
      f1: ratio(2 * hits, found + causes),
    },
    confounded: share(of('confounded'), ({ wholly }) => wholly),
    outside: share(of('outside'), ({ wholly }) => wholly),
    falseFindings: share(of('quiet'), ({ findings }) => findings.length > 0),
    tooLittle: share(of('too little'), ({ findings }) => findings.every(({ right }) => right)),
    calibration: calibrationOf(judged.flatMap(({ findings }) => findings)),
    secondsPerCase: { p50: quantile(seconds, 0.5), p95: quantile(seconds, 0.95) },
  };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function share<T>(items: readonly T[], test: (item: T) => boolean): number {
  return ratio(items.filter(test).length, items.length);
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}
