import { Session } from 'node:inspector/promises';

/**
 * How often any basic block of the parsers ran while `work` did: a measure of work that depends on the bytes alone, not on the
 * machine or on what else it does.
 */
export async function steps(work: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    work();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    await session.post('Profiler.stopPreciseCoverage');
    return result
      .filter(({ url }) => url.includes('/probe/protocols/') && !url.includes('/testing/'))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)))
      .reduce((sum, count) => sum + count, 0);
  } finally {
    session.disconnect();
  }
}
