import type { Draw } from './draw.ts';
import { PARAMETERS } from './parameters.ts';

/** How times and failure rates wander while nothing is wrong: factors of 1 in the median. */
export interface Noise {
  times(pod: number): number;
  failures(pod: number): number;
  /** One second on. */
  step(): void;
}

/** Autoregressive wanders of the logarithm, each one for all and one of half the size per pod. */
export function noiseOf(draw: Draw, pods: number): Noise {
  const times = wander(draw, pods, draw.uniform(...PARAMETERS.wanderOfTimes));
  const failures = wander(draw, pods, draw.uniform(...PARAMETERS.wanderOfFailures));
  return {
    times: (pod) => times.factors[pod]!,
    failures: (pod) => failures.factors[pod]!,
    step: () => {
      times.step();
      failures.step();
    },
  };
}

function wander(draw: Draw, pods: number, deviation: number) {
  const keep = Math.exp(-1 / PARAMETERS.wanderSeconds);
  const fresh = Math.sqrt(1 - keep * keep);
  let common = draw.normal();
  const levels = Float64Array.from({ length: pods }, () => draw.normal());
  const factors = new Float64Array(pods);
  return {
    factors,
    step: () => {
      common = keep * common + fresh * draw.normal();
      for (let pod = 0; pod < pods; pod++) {
        levels[pod] = keep * levels[pod]! + fresh * draw.normal();
        factors[pod] = Math.exp(deviation * (common + 0.5 * levels[pod]!));
      }
    },
  };
}
