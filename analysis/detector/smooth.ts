/** Mean over `2 reach + 1` points around each, twice (together a triangular weight); fewer at the ends. Looks `2 reach` points ahead. */
export function triangularMean(values: Float64Array, reach: number): Float64Array {
  return centredMean(centredMean(values, reach), reach);
}

function centredMean(values: Float64Array, reach: number): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i]! + values[i]!;
  return values.map((_, i) => {
    const from = Math.max(0, i - reach);
    const to = Math.min(values.length, i + reach + 1);
    return (sums[to]! - sums[from]!) / (to - from);
  });
}
