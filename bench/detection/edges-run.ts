import {
  type Detector,
  explain,
  gatheredEvidence,
  learnedP,
  NIGHTLY,
  pointEvidence,
  type Residuals,
  residualsOf,
  stepsOf,
  type Tensors,
  trainDetector,
} from '../../analysis/index.ts';
import { CHANNELS, type Generated, type LoadedEdge, loadedEdges, STEPS_OF_DAY } from './loaded-edges.ts';
import { joined, mean } from './nab-run.ts';
import { vusPr } from './vus-pr.ts';

/** VUS-PR of all edges, of those whose times follow their load, and of the others. */
export interface Halves {
  readonly meanVusPr: number | null;
  readonly following: number | null;
  readonly others: number | null;
}

export interface EdgesResult extends Halves {
  readonly parameters: Generated;
  /** By the explanation of each edge alone, with a network that learnt nothing. */
  readonly withExplanation: Halves;
  readonly withModel: Halves & {
    readonly trainSeconds: number;
    /** For one step of one edge, all channels. */
    readonly microseconds: number;
    readonly channels: readonly {
      readonly name: string;
      readonly on: boolean;
      readonly view: string;
      readonly gain: Detector['judges'][number]['gain'];
    }[];
  };
}

/** Buffers of labels up to an hour of steps of five minutes. */
const TOLERANCE = 12;
/** `gatheredEvidence` takes a twenty-fourth of it: evidence is gathered over half an hour to both sides. */
const GATHERED_PAST = 144;
const SEED = 1;

export function edgesRun(tensors: Tensors, parameters: Generated): EdgesResult {
  const edges = loadedEdges(parameters);
  const past = parameters.quietDays * STEPS_OF_DAY;
  const residuals = residualsOfEdges(edges, past);
  const quiet = stepsOf(residuals, 0, past);
  const explained = explain(quiet);
  const learn = (rounds: number) =>
    trainDetector(tensors, quiet, CHANNELS, SEED, { ...NIGHTLY, rounds }).detector;
  const score = (detector: Detector | null) => {
    const ps = detector === null ? null : learnedP(tensors, detector, residuals, explained);
    return edges.map(({ episodes, dependence }, edge) => ({
      follows: dependence > 0,
      vusPr: vusPrOf(scoresOf(residuals, ps, edge, past), episodes, past),
    }));
  };
  const plain = halves(score(null));
  const withExplanation = halves(score(learn(0)));
  const start = performance.now();
  const detector = learn(NIGHTLY.rounds);
  const trainSeconds = (performance.now() - start) / 1_000;
  const begun = performance.now();
  learnedP(tensors, detector, residuals, explained);
  const microseconds = (1_000 * (performance.now() - begun)) / (residuals.edges * residuals.steps);
  const channels = detector.judges.map(({ on, view, gain }, i) => ({
    name: CHANNELS[i]!.name,
    on,
    view,
    gain,
  }));
  const withModel = { ...halves(score(detector)), trainSeconds, microseconds, channels };
  return { parameters, ...plain, withExplanation, withModel };
}

function residualsOfEdges(edges: readonly LoadedEdge[], past: number): Residuals {
  const channels = CHANNELS.length;
  const steps = edges[0]!.series[0]!.length;
  const values = new Float32Array(edges.length * steps * channels);
  edges.forEach(({ series }, edge) => {
    series.forEach((each, channel) => {
      residualsOf(each, past).forEach((value, step) => {
        values[(edge * steps + step) * channels + channel] = value;
      });
    });
  });
  return { edges: edges.length, steps, channels, values };
}

/** The evidence of the channel that is most odd, at each step after the past. */
function scoresOf(residuals: Residuals, ps: Float32Array | null, edge: number, past: number): Float64Array {
  const { steps, channels } = residuals;
  const of = (values: Float32Array, channel: number) =>
    Float32Array.from({ length: steps }, (_, step) => values[(edge * steps + step) * channels + channel]!);
  const scores = new Float64Array(steps - past);
  CHANNELS.forEach(({ side }, channel) => {
    const values = Float64Array.from(of(residuals.values, channel), (value) =>
      side === 'up' ? Math.max(0, value) : value,
    );
    const plain = pointEvidence(values, past);
    const evidence = ps === null ? plain : joined(plain, of(ps, channel));
    gatheredEvidence(evidence, GATHERED_PAST).forEach((value, step) => {
      if (step >= past) scores[step - past] = Math.max(scores[step - past]!, value);
    });
  });
  return scores;
}

function vusPrOf(scores: Float64Array, episodes: LoadedEdge['episodes'], past: number): number {
  const labels = new Uint8Array(scores.length);
  for (const { from, to } of episodes) labels.fill(1, from - past, to - past + 1);
  return vusPr(labels, scores, TOLERANCE);
}

function halves(edges: readonly { readonly follows: boolean; readonly vusPr: number }[]): Halves {
  const of = (chosen: typeof edges) => mean(chosen.map((each) => each.vusPr));
  return {
    meanVusPr: of(edges),
    following: of(edges.filter(({ follows }) => follows)),
    others: of(edges.filter(({ follows }) => !follows)),
  };
}
