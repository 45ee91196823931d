/** Points `from` to `to`, both inside. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Operating points of each curve: equally many scores lie between them. */
const THRESHOLDS = 250;

/**
 * Volume under the surface of range-precision and range-recall, as TSB-AD computes it (Liu and Paparrizos, NeurIPS 2024; Paparrizos et al.,
 * VLDB 2022): the mean, over tolerances of 0 to `tolerance` points, of the area under the precision-recall curve. With a tolerance of l,
 * labels fade over l/2 points on both sides of each event, and recall counts the share of events that are touched at all.
 *
 * @param labels 1 in anomalies, 0 outside; at least one of each score's points
 * @param scores finite, the higher the more anomalous; only their order counts
 */
export function vusPr(labels: Uint8Array, scores: Float64Array, tolerance: number): number {
  const events = spansOf(labels);
  if (events.length === 0) return Number.NaN;
  const entry = entries(scores);
  const predicted = running(entry, () => 1);
  const inside = running(entry, (i) => labels[i]!);
  let volume = 0;
  for (let l = 0; l <= tolerance; l++) {
    const margin = margins(labels, events, l);
    const near = running(entry, (i) => margin[i]!);
    const touched = touches(entry, ranges(events, l, labels.length));
    volume += area(predicted, inside, near, touched);
  }
  return volume / (tolerance + 1);
}

/** The runs of ones. */
export function spansOf(labels: Uint8Array): Span[] {
  const spans: Span[] = [];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0) continue;
    const from = i;
    while (i + 1 < labels.length && labels[i + 1] !== 0) i++;
    spans.push({ from, to: i });
  }
  return spans;
}

/** Sum over precision times the step in recall; `inside` and `near` are true positives in events and in their margins. */
function area(
  predicted: Float64Array,
  inside: Float64Array,
  near: Float64Array,
  touched: Float64Array,
): number {
  const positives = inside[THRESHOLDS - 1]!;
  let total = 0;
  let before = 0;
  for (let k = 0; k < THRESHOLDS; k++) {
    const hits = inside[k]! + near[k]!;
    // Half way between the events alone and the events with what was found of their margins.
    const expected = positives + near[k]! / 2;
    const recall = Math.min(1, hits / expected) * touched[k]!;
    total += ((recall - before) * hits) / predicted[k]!;
    before = recall;
  }
  return total;
}

/** The first threshold, from the strictest, at which each point is predicted. */
function entries(scores: Float64Array): Uint16Array {
  const descending = Float64Array.from(scores).sort().reverse();
  const thresholds = Float64Array.from(
    { length: THRESHOLDS },
    (_, k) => descending[Math.floor((k * (scores.length - 1)) / (THRESHOLDS - 1))]!,
  );
  return Uint16Array.from(scores, (score) => {
    let low = 0;
    let high = THRESHOLDS - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (score >= thresholds[middle]!) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}

/** The weight of all points predicted at each threshold. */
function running(entry: Uint16Array, weight: (i: number) => number): Float64Array {
  const sums = new Float64Array(THRESHOLDS);
  for (let i = 0; i < entry.length; i++) sums[entry[i]!]! += weight(i);
  for (let k = 1; k < THRESHOLDS; k++) sums[k]! += sums[k - 1]!;
  return sums;
}

/** How much each point outside the events counts as part of one; margins that meet add up, to at most 1. */
function margins(labels: Uint8Array, events: readonly Span[], l: number): Float64Array {
  const weight = new Float64Array(labels.length);
  const reach = Math.floor(l / 2);
  const add = (i: number, distance: number) => {
    if (i < 0 || i >= labels.length || labels[i] !== 0) return;
    weight[i] = Math.min(1, weight[i]! + Math.sqrt(1 - distance / l));
  };
  for (const { from, to } of events)
    for (let distance = 1; distance <= reach; distance++) {
      add(from - distance, distance);
      add(to + distance, distance);
    }
  return weight;
}

/** The events with their margins; those that meet are one. */
function ranges(events: readonly Span[], l: number, length: number): Span[] {
  const reach = Math.floor(l / 2);
  const merged: Span[] = [];
  for (const event of events) {
    const span = { from: Math.max(0, event.from - reach), to: Math.min(length - 1, event.to + reach) };
    const last = merged.at(-1);
    if (last !== undefined && last.to >= span.from)
      merged[merged.length - 1] = { from: last.from, to: span.to };
    else merged.push(span);
  }
  return merged;
}

/** The share of the ranges in which something is predicted, at each threshold. */
function touches(entry: Uint16Array, spans: readonly Span[]): Float64Array {
  const shares = new Float64Array(THRESHOLDS);
  for (const { from, to } of spans) {
    let first = THRESHOLDS - 1;
    for (let i = from; i <= to; i++) first = Math.min(first, entry[i]!);
    for (let k = first; k < THRESHOLDS; k++) shares[k]! += 1 / spans.length;
  }
  return shares;
}
