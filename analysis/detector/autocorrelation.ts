import { transform } from './fourier.ts';

/** Autocorrelation at the lags 0 … `lags` (the biased estimate: the sum over all pairs, over the variance); all 0 for a constant. */
export function autocorrelation(values: Float64Array, lags: number): Float64Array {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const centred = values.map((value) => value - mean);
  const result = products(centred, lags);
  const variance = result[0]!;
  // A constant is left with the rounding of the transform.
  return centred.some((value) => value !== 0) && variance > 0
    ? result.map((value) => value / variance)
    : new Float64Array(lags + 1);
}

/** Sums of the products of values that are 0 … `lags` apart: of the power spectrum (Wiener and Khinchin). */
function products(values: Float64Array, lags: number): Float64Array {
  // Zeros behind the values, as many as lags, keep the end from meeting the beginning.
  const length = 2 ** Math.ceil(Math.log2(Math.max(2, values.length + lags)));
  const [real, imaginary] = [new Float64Array(length), new Float64Array(length)];
  real.set(values);
  transform(real, imaginary);
  for (let i = 0; i < length; i++) {
    real[i] = real[i]! ** 2 + imaginary[i]! ** 2;
    imaginary[i] = 0;
  }
  transform(real, imaginary);
  return real.subarray(0, lags + 1).map((sum) => sum / length);
}

/** Places from `from` on that are higher than both neighbours, highest first. */
export function peaks(values: Float64Array, from: number): number[] {
  const found: number[] = [];
  for (let i = Math.max(1, from); i < values.length - 1; i++)
    if (values[i]! > values[i - 1]! && values[i]! > values[i + 1]!) found.push(i);
  return found.sort((a, b) => values[b]! - values[a]!);
}
