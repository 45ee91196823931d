/**
 * Probability that something happened at all, from a p-value: the largest evidence against "nothing happened" that any
 * alternative can draw from p is 1 / (-e p ln p) (Sellke, Bayarri and Berger 2001); even odds before.
 */
export function realProbability(p: number): number {
  if (p <= 0) return 1;
  if (p >= 1 / Math.E) return 0.5;
  const nothing = -Math.E * p * Math.log(p);
  return 1 / (1 + nothing);
}
