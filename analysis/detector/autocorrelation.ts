/** Autocorrelation at the lags 0 … `lags` (the biased estimate: the sum over all pairs, over the variance); all 0 for a constant. */
export function autocorrelation(values: Float64Array, lags: number): Float64Array {
  const n = values.length;
  const mean = values.reduce((total, value) => total + value, 0) / n;
  const centred = values.map((value) => value - mean);
  const result = new Float64Array(lags + 1);
  for (let lag = 0; lag <= lags; lag++) {
    let total = 0;
    for (let i = lag; i < n; i++) total += centred[i]! * centred[i - lag]!;
    result[lag] = total;
  }
  const variance = result[0]!;
  return variance > 0 ? result.map((value) => value / variance) : new Float64Array(lags + 1);
}

/** Places from `from` on that are higher than both neighbours, highest first. */
export function peaks(values: Float64Array, from: number): number[] {
  const found: number[] = [];
  for (let i = Math.max(1, from); i < values.length - 1; i++)
    if (values[i]! > values[i - 1]! && values[i]! > values[i + 1]!) found.push(i);
  return found.sort((a, b) => values[b]! - values[a]!);
}
