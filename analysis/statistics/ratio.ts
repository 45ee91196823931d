import type { Count } from '../finding.ts';

const Z95 = 1.959963984540054;

export function countOf(bad: number, total: number): Count {
  return { bad, total, rate: total > 0 ? bad / total : 0 };
}

/**
 * Rate ratio of two counts with its 95 % interval (Katz' log method with Walter's half-count correction, so zeros give
 * finite estimates); the upper limit is `null` where the denominator holds no information.
 */
export function rateRatio(
  inside: Count,
  outside: Count,
): { readonly estimate: number; readonly low: number; readonly high: number | null } {
  const top = (inside.bad + 0.5) / (inside.total + 0.5);
  const bottom = (outside.bad + 0.5) / (outside.total + 0.5);
  const variance =
    1 / (inside.bad + 0.5) - 1 / (inside.total + 0.5) + 1 / (outside.bad + 0.5) - 1 / (outside.total + 0.5);
  const spread = Math.exp(Z95 * Math.sqrt(Math.max(0, variance)));
  const estimate = top / bottom;
  return { estimate, low: estimate / spread, high: outside.total > 0 ? estimate * spread : null };
}
