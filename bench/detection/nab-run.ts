import {
  anomalyScores,
  combinedP,
  explain,
  gatheredEvidence,
  learnedP,
  pointEvidence,
  type Residuals,
  residualsOf,
  stepsOf,
  type Tensors,
  type Training,
  trainDetector,
} from '../../analysis/index.ts';
import type { LabelledSeries } from './nab.ts';
import { toleranceOf } from './tolerance.ts';
import { vusPr } from './vus-pr.ts';

export interface Measured {
  readonly name: string;
  /** Null for a series without anomalies: it has no precision to measure. */
  readonly vusPr: number | null;
  readonly milliseconds: number;
}

/** Odd, for a median; the first runs are those of a process that is still compiling itself. */
const RUNS = 15;
const SEED = 1;

export function without(series: readonly LabelledSeries[]): Measured[] {
  return series.map((each) => measured(each, () => anomalyScores(each.values, each.trainLength)));
}

/** One network for all series, from their pasts: as much of each as the shortest has, its latest part. */
export function trainedOn(tensors: Tensors, series: readonly LabelledSeries[]): Training {
  const steps = Math.min(...series.map(({ trainLength }) => trainLength));
  const values = new Float32Array(series.length * steps);
  series.forEach((each, i) => {
    const past = residualsOf(each.values, each.trainLength).subarray(0, each.trainLength);
    values.set(past.subarray(past.length - steps), i * steps);
  });
  const quiet = { edges: series.length, steps, channels: 1, values };
  return trainDetector(tensors, quiet, [{ name: 'value', side: 'both' }], SEED);
}

/** The same with the evidence of a detector beside it. */
export function withDetector(
  tensors: Tensors,
  series: readonly LabelledSeries[],
  detector: Training['detector'],
): Measured[] {
  return series.map((each) =>
    measured(each, () => {
      const residuals = residualsOf(each.values, each.trainLength);
      const evidence = pointEvidence(residuals, each.trainLength);
      if (!detector.judges.some(({ on }) => on)) return gatheredEvidence(evidence, each.trainLength);
      const all: Residuals = {
        edges: 1,
        steps: residuals.length,
        channels: 1,
        values: Float32Array.from(residuals),
      };
      const ps = learnedP(tensors, detector, all, explain(stepsOf(all, 0, each.trainLength)));
      return gatheredEvidence(joined(evidence, ps), each.trainLength);
    }),
  );
}

/** -ln of the combined p; NaN leaves the evidence as it is. */
export const joined = (evidence: Float64Array, ps: Float32Array): Float64Array =>
  evidence.map((each, i) => {
    const p = ps[i]!;
    return Number.isNaN(p) ? each : -Math.log(combinedP(Math.exp(-each), p));
  });

function measured({ name, values, labels }: LabelledSeries, score: () => Float64Array): Measured {
  const times: number[] = [];
  let scores: Float64Array = new Float64Array();
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    scores = score();
    times.push(performance.now() - start);
  }
  const milliseconds = times.sort((a, b) => a - b)[RUNS >> 1]!;
  return {
    name,
    vusPr: labels.includes(1) ? vusPr(labels, scores, toleranceOf(values)) : null,
    milliseconds,
  };
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0) / values.length;
}
