import type { Tensors } from './backend.ts';
import { type Detector, sizesOf } from './detector.ts';
import type { Explained } from './explain.ts';
import { VIEWS } from './masks.ts';
import { rankP } from './ranks.ts';
import type { Residuals } from './residuals.ts';
import { surprises } from './surprise.ts';
import { applied } from './window.ts';

/** p of a view beside the p there is: the smaller of two, doubled, is a p again whatever their dependence (Bonferroni). */
export const combinedP = (p: number, viewP: number): number => Math.min(1, 2 * Math.min(p, viewP));

/**
 * The evidence of the detector: `[edge][step][channel]`, the probability of so large a surprise on a quiet day. NaN in channels
 * that it does not help in: nothing is to be combined there. 1 where nothing was measured.
 *
 * @param recent residuals of the same channels, standardised as those it was trained on, of the same edges as `explained`
 * @param from the first step that is asked for; about `PAST_STEPS` before it should be there
 */
export function learnedP(
  tensors: Tensors,
  { channels, networks, judges }: Detector,
  recent: Residuals,
  explained: Explained,
  from = 0,
): Float32Array {
  const width = channels.length;
  const result = new Float32Array(recent.edges * (recent.steps - from) * width).fill(Number.NaN);
  const data = applied(recent, explained);
  for (const view of VIEWS) {
    const weights = networks[view];
    if (weights === undefined) continue;
    const found = surprises(tensors, view, weights, data, from);
    judges.forEach((judge, channel) => {
      if (!judge.on || judge.view !== view) return;
      sizesOf(found, channels, channel).forEach((size, i) => {
        result[i * width + channel] = rankP(judge.ranks, size);
      });
    });
  }
  return result;
}
