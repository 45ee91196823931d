import { benchmark, integer, positive } from '../load/usage.ts';
import { measure, type Sample } from './measure.ts';

const HELP = `npm run -s bench -- probe-memory [--rate 5000] [--minutes 10] [--json]

Resident memory of \`faultline flows --json\` while so many short connections a second are made. Needs root.

  --rate N     connections a second (5000)
  --minutes N  so long (10)
  --every N    seconds between looks (5)
  --json       one JSON document
`;

await benchmark(
  {
    name: 'probe-memory',
    help: HELP,
    options: {
      rate: { type: 'string', default: '5000' },
      minutes: { type: 'string', default: '10' },
      every: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
    } as const,
  },
  async (values) => {
    const result = await measure(
      {
        rate: integer('rate', values.rate, 1, 1_000_000),
        minutes: positive('minutes', values.minutes, 24 * 60),
        every: integer('every', values.every, 1, 3600),
      },
      (sample) => void process.stderr.write(`${line(sample)}\n`),
    );
    console.log(values.json ? JSON.stringify(result) : text(result));
    process.exitCode = result.made === result.seen + result.lost ? 0 : 1;
  },
);

function line({ second, rssMiB, anonymousMiB, proportionalMiB }: Sample): string {
  return `${String(second).padStart(5)} s  ${mib(rssMiB)} resident, ${mib(anonymousMiB)} anonymous, ${mib(proportionalMiB)} proportional`;
}

function text(result: Awaited<ReturnType<typeof measure>>): string {
  const { firstMinuteMiB, lastMinuteMiB, maxMiB, mibPerMinute, made, seen, lost } = result;
  return [
    `first minute ${mib(firstMinuteMiB)}, last minute ${mib(lastMinuteMiB)}, most ${mib(maxMiB)}`,
    mibPerMinute === null
      ? 'too short for a slope'
      : `${mibPerMinute.toFixed(2)} MiB a minute from the second minute on`,
    `${result.connectionsPerSecond.toLocaleString('en')} connections a second, ${result.cores.toFixed(2)} cores`,
    `made ${made}, seen ${seen}, lost ${lost}`,
  ].join('\n');
}

function mib(value: number): string {
  return `${value.toFixed(1)} MiB`;
}
