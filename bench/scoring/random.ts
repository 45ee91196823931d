/** A stream of random numbers that a seed repeats. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  normal(): number;
  /** Gamma with a shape of at least 1 and scale 1. */
  gamma(shape: number): number;
  poisson(mean: number): number;
  binomial(n: number, p: number): number;
}

/** Beyond it the normal limit is as good as the counts need. */
const NORMAL_FROM = 50;

export function randomOf(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const poisson = (mean: number): number => {
    if (mean > NORMAL_FROM) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = next(); product > limit; product *= next()) count++;
    return count;
  };
  return {
    next,
    normal,
    // Marsaglia and Tsang 2000
    gamma(shape) {
      const d = shape - 1 / 3;
      const c = 1 / Math.sqrt(9 * d);
      for (;;) {
        const x = normal();
        const v = (1 + c * x) ** 3;
        if (v > 0 && Math.log(1 - next()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v;
      }
    },
    poisson,
    binomial(n, p) {
      if (p <= 0 || n <= 0) return 0;
      if (p > 0.5) return n - this.binomial(n, 1 - p);
      if (n * p > NORMAL_FROM) {
        const drawn = n * p + Math.sqrt(n * p * (1 - p)) * normal();
        return Math.max(0, Math.min(n, Math.round(drawn)));
      }
      // Waiting times between successes are geometric.
      let [count, at] = [0, 0];
      const scale = Math.log1p(-p);
      for (;;) {
        at += Math.floor(Math.log(1 - next()) / scale) + 1;
        if (at > n) return count;
        count++;
      }
    },
  };
}
