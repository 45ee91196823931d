import { getPriority, setPriority } from 'node:os';

/** Above everything that has the usual priority, below what the machine itself cannot do without. */
export const PROBE_PRIORITY = -10;

/**
 * Lets the calling thread run before others when the processors are all taken: a probe that is not given its few milliseconds
 * then is told of connections faster than it reads. Processes it starts inherit that. Left alone where it is not permitted.
 *
 * @param priority as nice(2): -20 runs first, 19 last
 * @returns a function that puts back what was before
 */
export function raisePriority(priority = PROBE_PRIORITY): () => void {
  const before = getPriority();
  if (before <= priority || !set(priority)) return () => {};
  return () => void set(before);
}

function set(priority: number): boolean {
  try {
    setPriority(priority);
    return true;
  } catch {
    return false;
  }
}
