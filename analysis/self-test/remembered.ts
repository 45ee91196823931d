import type { EdgeReader, Period } from '../../graph/index.ts';

/** A reader that asks the store once for each span: trials on one stretch differ only in what is put into it. */
export function remembered(reader: EdgeReader): EdgeReader {
  const answers = new Map<string, Promise<unknown>>();
  const once = <T>(name: string, period: Period, edges: unknown, ask: () => Promise<T>): Promise<T> => {
    const key = JSON.stringify([name, period, edges]);
    let answer = answers.get(key) as Promise<T> | undefined;
    if (answer === undefined) {
      answer = ask();
      answers.set(key, answer);
    }
    return answer;
  };
  return {
    ...reader,
    edges: (period) => once('edges', period, null, () => reader.edges(period)),
    series: (period, edges) => once('series', period, edges, () => reader.series(period, edges)),
    leaves: (period, edges) => once('leaves', period, edges, () => reader.leaves(period, edges)),
    changes: (period) => once('changes', period, null, () => reader.changes(period)),
  };
}
