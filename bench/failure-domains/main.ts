import { writeFileSync } from 'node:fs';
import { benchmark, integer, wrong } from '../load/usage.ts';
import type { Judged } from './judge.ts';
import { KINDS, type Kind } from './parameters.ts';
import { plotOf } from './plot.ts';
import { answer, worldNamed, worldsOf } from './run.ts';
import { type Score, scoreOf } from './score.ts';
import type { World } from './world.ts';
import { writeCase } from './write.ts';

const HELP = `npm run -s bench -- failure-domains [--cases 400] [--seed 1] [--kind tag,pair,…] [--told] [--plot FILE] [--write DIR] [--verbose] [--json]

Makes worlds from a seed, asks \`why\` about each, and scores the failure domains it names (see bench/failure-domains/README.md).

  --kind     only these kinds: ${KINDS.join(', ')}
  --only     one case by the name that --verbose prints
  --told     give the time of the onset instead of letting it be found
  --plot     write the calibration of the findings as SVG
  --write    write the cases as CSV and JSON for other methods, without asking
  --verbose  print the cases that were not answered rightly
`;

await benchmark(
  {
    name: 'failure-domains',
    help: HELP,
    options: {
      cases: { type: 'string', default: '400' },
      seed: { type: 'string', default: '1' },
      kind: { type: 'string' },
      only: { type: 'string' },
      told: { type: 'boolean', default: false },
      plot: { type: 'string' },
      write: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  },
  async ({ told, plot, write, verbose, json, ...choice }) => {
    const kinds = kindsOf(choice.kind);
    const cases = integer('cases', choice.cases, 1, 100_000);
    const seed = integer('seed', choice.seed, 0, 1e9);
    const judged: Judged[] = [];
    const seconds: number[] = [];
    const worlds =
      choice.only === undefined ? worldsOf(kinds, cases, seed) : choice.only.split(',').map(namedWorld);
    for (const world of worlds) {
      if (write !== undefined) {
        writeCase(write, world);
        continue;
      }
      const result = await answer(world, told);
      judged.push(result.judged);
      seconds.push(result.seconds);
      if (verbose) report(result.judged);
    }
    if (write !== undefined) return;
    const score = scoreOf(judged, seconds);
    if (plot !== undefined) writeFileSync(plot, plotOf(score.calibration));
    console.log(json ? JSON.stringify(score) : printed(score));
  },
);

function namedWorld(name: string): World {
  const world = worldNamed(name);
  if (world === null) throw wrong(`--only cannot be "${name}".`, 'Give names like pair-1-34.');
  return world;
}

function kindsOf(text: string | undefined): readonly Kind[] {
  if (text === undefined) return KINDS;
  const kinds = text.split(',');
  const unknown = kinds.find((kind) => !(KINDS as readonly string[]).includes(kind));
  if (unknown !== undefined) throw wrong(`--kind cannot be "${unknown}".`, `Choose of ${KINDS.join(', ')}.`);
  return kinds as Kind[];
}

function report({ name, class: kind, wholly, found, truth, findings }: Judged): void {
  const fine =
    kind === 'too little'
      ? findings.every(({ right }) => right)
      : kind === 'quiet'
        ? found.length === 0
        : wholly;
  if (fine) return;
  console.error(
    `${name} (${kind})\n  was   ${truth.join('\n        ')}\n  found ${found.join('\n        ') || 'nothing'}`,
  );
}

function printed({ cases, classes, identifiable, calibration, secondsPerCase, ...shares }: Score): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const { precision, recall, f1, causes } = identifiable;
  return [
    `${cases} cases, ${(secondsPerCase.p50 * 1000).toFixed(0)} ms a question, P95 ${(secondsPerCase.p95 * 1000).toFixed(0)} ms`,
    `identifiable  ${classes.identifiable} cases, ${causes} causes: exact-domain F1 ${f1.toFixed(3)} (precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)})`,
    `confounded    ${classes.confounded} cases: alias class right in ${percent(shares.confounded)}`,
    `outside       ${classes.outside} cases: "no tag explains it" right in ${percent(shares.outside)}`,
    `quiet         ${classes.quiet} cases: false findings in ${percent(shares.falseFindings)}`,
    `too little    ${classes['too little']} cases, not scored: nothing wrong said in ${percent(shares.tooLittle)}`,
    `calibration   Brier score ${calibration.brier.toFixed(3)}, expected error ${calibration.expectedError.toFixed(3)}`,
  ].join('\n');
}
