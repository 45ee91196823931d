import { existsSync } from 'node:fs';
import { benchmark, wrong } from '../load/usage.ts';
import { nezha } from './nezha.ts';
import { petshop } from './petshop.ts';
import { type Score, score } from './score.ts';

const FORMATS = { petshop, nezha } as const;

const HELP = `npm run -s bench -- root-cause --format petshop|nezha --data DIR [--verbose] [--json]

Names the services where the incidents of a public data set started, and scores the ranking:
  petshop  graph.csv, noissue/, train/, test/: series of each service, the graph, the service that suffered
  nezha    rca_data/DAY and construct_data/DAY: series of each pod, times of each edge

  --verbose   print the incidents whose cause was not the first answer, and what was found when nothing happened

ac1, ac3   share of incidents whose cause is the first answer, among the first three
avg5       mean of the shares among the first 1 to 5
specificity share of the normal table's splits (50, 55 … 95 % are the past) in whose rest nothing is found
`;

await benchmark(
  {
    name: 'root-cause',
    help: HELP,
    options: {
      format: { type: 'string', default: '' },
      data: { type: 'string', default: '' },
      verbose: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  },
  async ({ format, data, verbose, json }) => {
    if (!(format in FORMATS)) throw wrong(`--format cannot be "${format}".`, 'Choose petshop or nezha.');
    if (!existsSync(data)) throw wrong(`--data cannot be "${data}".`, 'Give the folder of the data set.');
    const { incidents, quiet, leftOut } = FORMATS[format as keyof typeof FORMATS](data);
    for (const line of leftOut) console.error(`left out: ${line}`);
    if (incidents.length === 0)
      throw wrong(`${data} holds no incident of the format ${format}.`, 'Give the folder of the data set.');
    const result = score(incidents, quiet, (name, found, cause) => {
      if (verbose)
        console.error(`${name}: found ${found.join(', ') || 'nothing'}, was ${cause ?? 'nothing'}`);
    });
    console.log(json ? JSON.stringify(result) : written(result));
  },
);

function written({ cases, ac1, ac3, avg5, specificity, secondsPerCase, kinds, splits }: Score): string {
  const lines = Object.entries(kinds).map(
    ([kind, of]) => `  ${kind}: ${of.cases} cases, AC@1 ${of.ac1.toFixed(3)}, AC@3 ${of.ac3.toFixed(3)}`,
  );
  const quiet = Object.entries(splits).map(([kind, of]) => `${kind} ${of.silent} of ${of.splits} splits`);
  return [
    `${cases} cases: AC@1 ${ac1.toFixed(3)}, AC@3 ${ac3.toFixed(3)}, Avg@5 ${avg5.toFixed(3)}, ` +
      `${(secondsPerCase.p50 * 1000).toFixed(1)} ms a case, P95 ${(secondsPerCase.p95 * 1000).toFixed(1)} ms`,
    ...lines,
    specificity === null
      ? 'specificity: no quiet table'
      : `specificity ${specificity.toFixed(3)} (nothing found: ${quiet.join(', ')})`,
  ].join('\n');
}
