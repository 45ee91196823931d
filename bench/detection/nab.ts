import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FaultlineError } from '../../probe/index.ts';
import { readCsv } from '../localization/csv.ts';

/** One labelled series; the first `trainLength` points are its past. */
export interface LabelledSeries {
  readonly name: string;
  readonly values: Float64Array;
  readonly labels: Uint8Array;
  readonly trainLength: number;
}

interface Entry {
  readonly file: string;
  readonly trainLength: number;
  readonly windows: readonly (readonly [string, string])[];
}

/**
 * The series of a `nab` folder (`series.json` and what it names). The first row of each file is dropped, as its publisher does;
 * a point is labelled where window start <= time < window end.
 *
 * @throws FaultlineError FL-622 where a file cannot be read
 */
export function nab(folder: string): LabelledSeries[] {
  return entriesOf(folder).map(({ file, trainLength, windows }) => {
    const rows = read(join(folder, file), readCsv).rows.slice(1);
    const spans = windows.map(([from, to]) => [timeOf(from), timeOf(to)] as const);
    return {
      name: file.replace(/^.*\//, '').replace(/\.csv$/, ''),
      values: Float64Array.from(rows, ([, value]) => Number(value)),
      labels: Uint8Array.from(rows, ([time = '']) => {
        const at = timeOf(time);
        return spans.some(([from, to]) => from <= at && at < to) ? 1 : 0;
      }),
      trainLength,
    };
  });
}

/** Times carry no zone; all of a file are of the same one. */
const timeOf = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`);

const entriesOf = (folder: string): readonly Entry[] => read(join(folder, 'series.json'), parsed);

const parsed = (file: string): readonly Entry[] => JSON.parse(readFileSync(file, 'utf8'));

function read<T>(file: string, how: (file: string) => T): T {
  try {
    return how(file);
  } catch (cause) {
    const hint = 'Give --data a folder with series.json and the files it names.';
    throw new FaultlineError('FL-622', `${file} cannot be read.`, hint, { cause });
  }
}
