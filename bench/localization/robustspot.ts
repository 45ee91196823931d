import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scanCounts, type TagSet, tagTable } from '../../analysis/index.ts';
import { readCsv } from './csv.ts';
import type { Case } from './score.ts';

interface Label {
  readonly data: string;
  readonly timestamp: number;
  readonly cause: Cause | readonly Cause[];
}
type Cause = Readonly<Record<string, string | number>>;

/** Minutes before the anomalous one that the expectation is taken from, as the published scores do. */
const PAST_MINUTES = 4;

/** Real incidents of a live-video service: bad and all viewers per minute and leaf. */
export function* robustspot(folder: string): Generator<Case> {
  const labels = JSON.parse(readFileSync(join(folder, 'labels.json'), 'utf8')) as readonly Label[];
  for (const { data, timestamp, cause } of labels) {
    const causes = [cause].flat().map((one): TagSet => tagSet(one as Cause));
    yield { name: data, causes, locate: caseOf(join(folder, 'data', `${data}.csv`), timestamp) };
  }
}

function caseOf(file: string, timestamp: number): () => readonly TagSet[] {
  const { heading, rows } = readCsv(file);
  const [minute, bad, total] = ['min', 'value', 'cnt'].map((name) => heading.indexOf(name)) as [
    number,
    number,
    number,
  ];
  const columns = heading.flatMap((name, at) =>
    ['min', 'value', 'cnt'].includes(name) ? [] : [{ name, at }],
  );
  const minutes = [...new Set(rows.map((row) => Number(row[minute])))].sort((a, b) => a - b);
  const before = minutes.filter((one) => one < timestamp).slice(-PAST_MINUTES);
  return () => {
    const keyOf = (row: readonly string[]) => columns.map(({ at }) => row[at]!).join('\n');
    const leaves = new Map<string, number>();
    const wanted = rows.filter(
      (row) => Number(row[minute]) === timestamp || before.includes(Number(row[minute])),
    );
    for (const row of wanted) if (!leaves.has(keyOf(row))) leaves.set(keyOf(row), leaves.size);
    const counts = () => ({ bad: new Float64Array(leaves.size), total: new Float64Array(leaves.size) });
    const [now, past] = [counts(), counts()];
    for (const row of wanted) {
      const leaf = leaves.get(keyOf(row))!;
      const into = Number(row[minute]) === timestamp ? now : past;
      into.bad[leaf]! += Number(row[bad]);
      into.total[leaf]! += Number(row[total]);
    }
    const table = tagTable(
      columns.map(({ name }) => name),
      [...leaves.keys()].map((key) => key.split('\n')),
    );
    const found = scanCounts(table, now, past);
    return found === null ? [] : [found.domain];
  };
}

const tagSet = (cause: Cause): TagSet =>
  Object.entries(cause).map(([tag, value]) => ({ tag, value: String(value) }));
