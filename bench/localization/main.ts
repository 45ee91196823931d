import { existsSync } from 'node:fs';
import { benchmark, integer, wrong } from '../load/usage.ts';
import { generate, KINDS } from './generate.ts';
import { riskloc } from './riskloc.ts';
import { robustspot } from './robustspot.ts';
import { type Case, score } from './score.ts';

const FORMATS = { robustspot, riskloc } as const;

const HELP = `npm run -s bench -- localization --format robustspot|riskloc --data DIR [--verbose] [--json]
npm run -s bench -- localization --format riskloc --generate S|L [--cases 60] [--seed 1] [--verbose] [--json]

Finds the tag sets that explain the incidents of a public data set and scores them by exact match:
  robustspot  labels.json and data/*.csv: bad and all events of each leaf and minute
  riskloc     injection_info*.csv and *.csv[.gz]: forecast and real value of each leaf

  --generate  make cases of the published kind instead of reading them
  --verbose   print the cases that were not found exactly
`;

await benchmark(
  {
    name: 'localization',
    help: HELP,
    options: {
      format: { type: 'string' },
      data: { type: 'string' },
      generate: { type: 'string' },
      cases: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      verbose: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  },
  async ({ verbose, json, ...choice }) => {
    const cases = casesOf(choice);
    const result = score(cases, (name, found, causes) => {
      if (verbose) console.error(`${name}: found ${found.join('; ') || 'nothing'}, was ${causes.join('; ')}`);
    });
    if (result.cases === 0)
      throw wrong(
        `--data "${choice.data}" holds no case of this format.`,
        'See `npm run -s bench -- localization --help`.',
      );
    if (json) return void console.log(JSON.stringify(result));
    const { precision, recall, f1, secondsPerCase } = result;
    console.log(
      `${result.cases} cases: F1 ${f1.toFixed(3)} (precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}), ` +
        `${(secondsPerCase.p50 * 1000).toFixed(1)} ms a case, P95 ${(secondsPerCase.p95 * 1000).toFixed(1)} ms`,
    );
  },
);

interface Choice {
  readonly format?: string | undefined;
  readonly data?: string | undefined;
  readonly generate?: string | undefined;
  readonly cases: string;
  readonly seed: string;
}

function casesOf({ format = '', data = '', generate: kind, cases, seed }: Choice): Iterable<Case> {
  if (!(format in FORMATS)) throw wrong(`--format cannot be "${format}".`, 'Choose robustspot or riskloc.');
  if (kind !== undefined) {
    if (format !== 'riskloc' || !(kind in KINDS))
      throw wrong(`--generate cannot be "${kind}".`, 'Use S or L with --format riskloc.');
    return generate(
      kind as keyof typeof KINDS,
      integer('cases', cases, 1, 100_000),
      integer('seed', seed, 0, 1e9),
    );
  }
  if (!existsSync(data)) throw wrong(`--data cannot be "${data}".`, 'Give the folder of the data set.');
  return FORMATS[format as keyof typeof FORMATS](data);
}
