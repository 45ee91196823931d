import type { Tensors } from './backend.ts';
import { type Channel, type Detector, type Judge, sizesOf } from './detector.ts';
import { type Explained, explain } from './explain.ts';
import { gainOf, helps } from './gate.ts';
import { injected } from './inject.ts';
import { VIEWS, type View } from './masks.ts';
import type { Weights } from './network.ts';
import { type Ranks, rankP, ranksOf } from './ranks.ts';
import { type Residuals, someEdges, stepsOf } from './residuals.ts';
import { combinedP } from './score.ts';
import { surprises } from './surprise.ts';
import { type Effort, NIGHTLY, type Trained, train } from './train.ts';
import { applied } from './window.ts';

/** Shares of the quiet time, in order: to learn from, to tell when to stop, to rank among; the rest measures what it is worth. */
const LEARN = 0.5;
const STOP = 0.1;
const RANK = 0.2;
/** Edge-steps that are learnt from (some 100 MB with 6 channels), ranked, and measured: more teach one small network nothing new. */
const MOST_LEARNT = 2_000_000;
const MOST_RANKED = 400_000;
const MOST_MEASURED = 60_000;

export interface Training {
  readonly detector: Detector;
  readonly trained: Readonly<Record<View, Trained>>;
}

/**
 * Trains on quiet residuals, and measures where that helps on a part of them that was held back, with shifts put into it. Nothing is
 * switched on that does not help.
 */
export function trainDetector(
  tensors: Tensors,
  quiet: Residuals,
  channels: readonly Channel[],
  seed: number,
  effort: Effort = NIGHTLY,
): Training {
  const [learn, stop, rank, measure] = partsOf(quiet);
  const trained = trainViews(tensors, learn, stop, seed, effort);
  const candidates = VIEWS.map((view): Candidate => {
    const { weights } = trained[view];
    const surprise = (part: Part) =>
      surprises(tensors, view, weights, applied(part.residuals, part.explained));
    const found = surprise(rank);
    return {
      view,
      surprise,
      ranks: channels.map((_, i) => ranksOf(sizesOf(found, channels, i))),
      quiet: surprise(measure),
    };
  });
  const judges = channels.map((_, i) => judgeOf(i, channels, rank, measure, candidates, seed));
  const used = VIEWS.filter((view) => judges.some((judge) => judge.on && judge.view === view));
  const networks = Object.fromEntries(used.map((view) => [view, trained[view].weights] as const));
  return { detector: { channels, networks: networks as Record<View, Weights>, judges }, trained };
}

/** A part of the quiet time, with what the time learnt from tells about its edges. */
interface Part {
  readonly residuals: Residuals;
  readonly explained: Explained;
}

interface Candidate {
  readonly view: View;
  readonly surprise: (part: Part) => Float32Array;
  readonly ranks: readonly Ranks[];
  readonly quiet: Float32Array;
}

function partsOf(quiet: Residuals): [Part, Part, Part, Part] {
  const ends = [0, LEARN, LEARN + STOP, LEARN + STOP + RANK, 1].map((share) =>
    Math.round(share * quiet.steps),
  );
  const part = (index: number, most: number): Part => {
    const [from, to] = [ends[index]!, ends[index + 1]!];
    const chosen = someEdges(quiet, Math.max(1, Math.floor(most / Math.max(1, to - from))));
    return { residuals: stepsOf(chosen, from, to), explained: explain(stepsOf(chosen, 0, ends[1]!)) };
  };
  return [part(0, MOST_LEARNT), part(1, MOST_RANKED), part(2, MOST_RANKED), part(3, MOST_MEASURED)];
}

function trainViews(tensors: Tensors, learn: Part, stop: Part, seed: number, effort: Effort) {
  const quiet = applied(learn.residuals, learn.explained);
  const heldBack = applied(stop.residuals, stop.explained);
  return Object.fromEntries(
    VIEWS.map((view) => [view, train(tensors, view, quiet, heldBack, seed, effort)] as const),
  ) as Record<View, Trained>;
}

function judgeOf(
  index: number,
  channels: readonly Channel[],
  rank: Part,
  measure: Part,
  candidates: readonly Candidate[],
  seed: number,
): Judge {
  const { shifted, episodes } = injected(measure.residuals, index, channels[index]!.side, seed + index);
  const plain = ranksOf(sizesOf(rank.residuals.values, channels, index));
  const ps = (values: Float32Array, ranks: Ranks) =>
    sizesOf(values, channels, index).map((size) => rankP(ranks, size));
  const evidence = (p: Float32Array) => p.map((each) => -Math.log(each));
  const before = { quiet: ps(measure.residuals.values, plain), shifted: ps(shifted.values, plain) };
  const judges = candidates.map(({ view, surprise, ranks, quiet }): Judge => {
    const own = ranks[index]!;
    const both = (p: Float32Array, values: Float32Array) => {
      const viewP = ps(values, own);
      return evidence(p.map((each, i) => combinedP(each, viewP[i]!)));
    };
    const after = {
      quiet: both(before.quiet, quiet),
      shifted: both(before.shifted, surprise({ ...measure, residuals: shifted })),
    };
    const without = { quiet: evidence(before.quiet), shifted: evidence(before.shifted) };
    const gain = gainOf(without, after, shifted.steps, episodes);
    return { view, on: helps(gain), ranks: own, gain };
  });
  return judges.reduce((a, b) => (b.gain.low > a.gain.low ? b : a));
}
