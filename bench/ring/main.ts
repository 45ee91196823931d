import { benchmark, positive } from '../load/usage.ts';
import { measure } from './measure.ts';

const HELP = `npm run -s bench -- ring [--seconds 3] [--json]

Writes the probe's own records into a ring in the kernel on one core as fast as they come, and on the other reads them into
columns of JavaScript (typed arrays, every field). Every record is checked; made = received + lost, exactly. Then once more
at four fifths of that rate, for the loss of a ring that is not overrun. Needs root.

  --seconds N  so long each (3)
  --json       one JSON document
`;

await benchmark(
  {
    name: 'ring',
    help: HELP,
    options: {
      seconds: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
    } as const,
  },
  async ({ seconds, json }) => {
    const millis = 1000 * positive('seconds', seconds, 600);
    const flat = await measure({ millis, rate: 0 });
    const paced = await measure({ millis, rate: 0.8 * flat.recordsPerSecond });
    const result = { ...flat, paced };
    console.log(
      json ? JSON.stringify(result) : [...lines('flat out', flat), ...lines('paced', paced)].join('\n'),
    );
    process.exitCode = flat.holds && paced.holds ? 0 : 1;
  },
);

function lines(name: string, measured: Awaited<ReturnType<typeof measure>>): readonly string[] {
  const { made, received, lost, torn, recordsPerSecond, cpuSecondsPerMillion, recordBytes } = measured;
  const n = (value: number) => Math.round(value).toLocaleString('en');
  return [
    `${name}: ${n(recordsPerSecond)} records of ${recordBytes} bytes a second, ${cpuSecondsPerMillion.toFixed(3)} s of CPU a million`,
    `  made ${n(made)} = received ${n(received)} + lost ${n(lost)}, ${n(torn)} torn`,
  ];
}
