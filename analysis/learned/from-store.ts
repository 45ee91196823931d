import type { EdgeReader, Period } from '../../graph/index.ts';
import { edgeId } from '../keys.ts';
import { advance, CHANNELS, type ChannelName, createScorer, type Scores } from '../score/index.ts';
import type { Tensors } from './backend.ts';
import { collected, type ScoredStep } from './collect.ts';
import type { Channel } from './detector.ts';
import { type Training, trainDetector } from './nightly.ts';
import type { Residuals } from './residuals.ts';
import type { Effort } from './train.ts';

/** What is learnt from, in the order of cause: traffic and the network before what a service makes of them. */
const CHOSEN: readonly (Channel & { readonly name: ChannelName })[] = [
  { name: 'more traffic', side: 'both' },
  { name: 'retransmits', side: 'up' },
  { name: 'rtt shift', side: 'up' },
  { name: 'connect time shift', side: 'up' },
  { name: 'connect failures', side: 'up' },
  { name: 'errors', side: 'up' },
  { name: 'wait shift', side: 'up' },
  { name: 'latency shift', side: 'up' },
];
const PLACES = CHOSEN.map(({ name }) => CHANNELS.findIndex((channel) => channel.name === name));

/** Edges learnt from, those first seen: one small network learns no more from others, and a week of minutes of them fits in memory. */
const MOST_EDGES = 128;

/**
 * What was quiet in a period of a store, minute by minute as the scorer saw it. Edges with an open anomaly are missing as long as it is open.
 *
 * @throws what the reader throws
 */
export async function quietResiduals(reader: EdgeReader, period: Period): Promise<Residuals> {
  const steps: ScoredStep[] = [];
  for await (const scores of advance(reader, createScorer(), period)) steps.push(quietPart(scores));
  const all = CHOSEN.map((_, channel) => channel);
  return collected(steps, CHOSEN.length, all);
}

/** Trains on what was quiet in a period of a store: a week or more of it, once a night. */
export async function trainOnStore(
  tensors: Tensors,
  reader: EdgeReader,
  period: Period,
  seed: number,
  effort?: Effort,
): Promise<Training> {
  return trainDetector(tensors, await quietResiduals(reader, period), CHOSEN, seed, effort);
}

/** The chosen channels of the first edges; the rest of a step is let go, so that a week of them is small. */
function quietPart(scores: Scores): ScoredStep {
  const rows = Math.min(scores.rows, MOST_EDGES);
  const z = new Float32Array(rows * CHOSEN.length);
  for (let row = 0; row < rows; row++)
    PLACES.forEach((place, channel) => {
      z[row * CHOSEN.length + channel] = scores.z[row * CHANNELS.length + place]!;
    });
  for (const { edge } of [...scores.opened, ...scores.ongoing]) {
    const row = scores.row(edgeId(edge));
    if (row >= 0 && row < rows) z.fill(Number.NaN, row * CHOSEN.length, (row + 1) * CHOSEN.length);
  }
  return { rows, z };
}
