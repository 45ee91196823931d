/**
 * Discrete Fourier transform in place (Cooley and Tukey, 1965): radix 2, decimation in time. The length is a power of two; the inverse is
 * that of the conjugate, over the length.
 */
export function transform(real: Float64Array, imaginary: Float64Array): void {
  const n = real.length;
  reorder(real, imaginary);
  const [cosines, sines] = [new Float64Array(n / 2), new Float64Array(n / 2)];
  for (let i = 0; i < n / 2; i++) {
    cosines[i] = Math.cos((2 * Math.PI * i) / n);
    sines[i] = -Math.sin((2 * Math.PI * i) / n);
  }
  for (let half = 1; half < n; half *= 2) butterflies(real, imaginary, half, cosines, sines);
}

function butterflies(
  real: Float64Array,
  imaginary: Float64Array,
  half: number,
  cosines: Float64Array,
  sines: Float64Array,
): void {
  const step = real.length / (2 * half);
  for (let start = 0; start < real.length; start += 2 * half) {
    for (let i = 0; i < half; i++) {
      const [low, high] = [start + i, start + i + half];
      const [c, s] = [cosines[i * step]!, sines[i * step]!];
      const re = real[high]! * c - imaginary[high]! * s;
      const im = real[high]! * s + imaginary[high]! * c;
      real[high] = real[low]! - re;
      imaginary[high] = imaginary[low]! - im;
      real[low]! += re;
      imaginary[low]! += im;
    }
  }
}

/** Every number to the place whose bits are those of its own, reversed. */
function reorder(real: Float64Array, imaginary: Float64Array): void {
  for (let i = 0, j = 0; i < real.length; i++) {
    if (i < j) {
      const [re, im] = [real[i]!, imaginary[i]!];
      real[i] = real[j]!;
      imaginary[i] = imaginary[j]!;
      real[j] = re;
      imaginary[j] = im;
    }
    let bit = real.length >> 1;
    for (; bit > 0 && (j & bit) !== 0; bit >>= 1) j ^= bit;
    j |= bit;
  }
}
