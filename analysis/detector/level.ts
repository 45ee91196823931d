/** Steps of the level are bounded by this many scales: a spike moves it no more than a usual value does. */
const BOUND = 2;

/**
 * What each point is above the level of the points before it: an exponentially weighted mean with a memory of `memory` points and
 * bounded influence (Huber), which forgets a lasting shift in time and ignores spikes. Values are in scales around 0.
 */
export function aboveLevel(values: Float64Array, memory: number): Float64Array {
  const gain = 1 / Math.max(1, memory);
  let level = 0;
  return values.map((value) => {
    const above = value - level;
    level += gain * Math.max(-BOUND, Math.min(BOUND, above));
    return above;
  });
}
