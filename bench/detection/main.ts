import { existsSync } from 'node:fs';
import { anomalyScores } from '../../analysis/index.ts';
import { benchmark, wrong } from '../load/usage.ts';
import { type LabelledSeries, nab } from './nab.ts';
import { toleranceOf } from './tolerance.ts';
import { vusPr } from './vus-pr.ts';

const RUNS = 5;

const HELP = `npm run -s bench -- detection --format nab --data DIR [--json]

Scores each point of labelled series, learning from their past alone, and measures the scores by VUS-PR (as TSB-AD, NeurIPS 2024):
  nab  series.json (file, trainLength, windows) and the CSV files it names

Milliseconds are the median of ${RUNS} runs of the detector on one series in memory.
`;
await benchmark(
  {
    name: 'detection',
    help: HELP,
    options: {
      format: { type: 'string' },
      data: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  },
  async ({ format = '', data = '', json }) => {
    if (format !== 'nab') throw wrong(`--format cannot be "${format}".`, 'Choose nab.');
    if (!existsSync(data)) throw wrong(`--data cannot be "${data}".`, 'Give the folder of the data set.');
    const series = nab(data).map(measure);
    const meanVusPr = mean(series.flatMap(({ vusPr }) => vusPr ?? []));
    if (json) return void console.log(JSON.stringify({ series, meanVusPr }));
    for (const { name, vusPr, milliseconds } of series)
      console.log(`${vusPr?.toFixed(3) ?? 'quiet'}  ${milliseconds.toFixed(1).padStart(6)} ms  ${name}`);
    console.log(`${meanVusPr?.toFixed(3) ?? 'no'}  mean VUS-PR`);
  },
);

function measure({ name, values, labels, trainLength }: LabelledSeries) {
  const times: number[] = [];
  let scores: Float64Array = new Float64Array();
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    scores = anomalyScores(values, trainLength);
    times.push(performance.now() - start);
  }
  const milliseconds = times.sort((a, b) => a - b)[RUNS >> 1]!;
  // A series without anomalies has no precision to measure.
  const score = labels.includes(1) ? vusPr(labels, scores, toleranceOf(values)) : null;
  return { name, vusPr: score, milliseconds };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0) / values.length;
}
