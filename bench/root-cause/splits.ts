/** Shares of a normal table that are taken for the past; the rest is the stretch in which nothing may be found. */
const SPLIT_PERCENT = [50, 55, 60, 65, 70, 75, 80, 85, 90, 95];

/** Where a table of so many points is cut. All of it as the past would leave nothing to be asked about. */
export function splitsOf(points: number): readonly { readonly percent: number; readonly at: number }[] {
  return SPLIT_PERCENT.map((percent) => ({ percent, at: Math.floor((points * percent) / 100) }));
}
