/** How often findings are right that claim a probability. */
export interface Calibration {
  /** Mean squared error of the probabilities. */
  readonly brier: number;
  /** Mean distance between what was claimed and what was right, over the bins. */
  readonly expectedError: number;
  readonly bins: readonly Bin[];
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly findings: number;
  readonly claimed: number;
  readonly right: number;
}

/** Bins of equal width; the last is where most of what is worth reading lies, and is divided once more. */
const EDGES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];

export function calibrationOf(
  findings: readonly { readonly right: boolean; readonly probability: number }[],
): Calibration {
  const bins = EDGES.slice(1).map((to, i): Bin => {
    const from = EDGES[i]!;
    const inside = findings.filter(
      ({ probability }) => probability >= from && (probability < to || (to === 1 && probability <= 1)),
    );
    const mean = (of: (one: (typeof inside)[number]) => number) =>
      inside.length === 0 ? 0 : inside.reduce((sum, one) => sum + of(one), 0) / inside.length;
    return {
      from,
      to,
      findings: inside.length,
      claimed: mean(({ probability }) => probability),
      right: mean(({ right }) => (right ? 1 : 0)),
    };
  });
  const all = Math.max(1, findings.length);
  return {
    brier:
      findings.reduce((sum, { right, probability }) => sum + (probability - (right ? 1 : 0)) ** 2, 0) / all,
    expectedError: bins.reduce(
      (sum, bin) => sum + (bin.findings / all) * Math.abs(bin.claimed - bin.right),
      0,
    ),
    bins,
  };
}
