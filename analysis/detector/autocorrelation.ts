/** Autocorrelation at the lags 0 … `lags` (the biased estimate: the sum over all pairs, over the variance); all 0 for a constant. */
export function autocorrelation(values: Float64Array, lags: number): Float64Array {
  const n = values.length;
  const mean = values.reduce((total, value) => total + value, 0) / n;
  const centred = values.map((value) => value - mean);
  const result = products(centred, lags);
  const variance = result[0]!;
  return variance > 0 ? result.map((value) => value / variance) : new Float64Array(lags + 1);
}

/** Lags that are summed in one pass over the values: four sums that do not wait for each other. */
const LANES = 4;

/** Sums of the products of values that are 0 … `lags` apart. */
function products(values: Float64Array, lags: number): Float64Array {
  const n = values.length;
  const sums = new Float64Array(lags + LANES);
  for (let lag = 0; lag <= lags; lag += LANES) {
    let [a, b, c, d] = [0, 0, 0, 0];
    // Values one, two and three before the earlier of a pair; there are none before the first.
    let [before, second, third] = [0, 0, 0];
    for (let i = lag; i < n; i++) {
      const value = values[i]!;
      const earlier = values[i - lag]!;
      a += value * earlier;
      b += value * before;
      c += value * second;
      d += value * third;
      third = second;
      second = before;
      before = earlier;
    }
    sums.set([a, b, c, d], lag);
  }
  return sums.subarray(0, lags + 1);
}

/** Places from `from` on that are higher than both neighbours, highest first. */
export function peaks(values: Float64Array, from: number): number[] {
  const found: number[] = [];
  for (let i = Math.max(1, from); i < values.length - 1; i++)
    if (values[i]! > values[i - 1]! && values[i]! > values[i + 1]!) found.push(i);
  return found.sort((a, b) => values[b]! - values[a]!);
}
