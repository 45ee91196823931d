import { benchmark, integer, wrong } from '../load/usage.ts';
import { measure } from './measure.ts';
import { readAndScore } from './reading.ts';

const MOST_EDGES = 200_000;

const HELP = `npm run -s bench -- scoring [--edges 1000,10000,50000] [--steps 9] [--read 10000] [--json]

What it costs to score every edge once a minute against its seasonal baseline, on one core: generated edges from one request in two
minutes to ten a second, with every channel in use (shares, histograms, traffic), a past on each and seasons of a day.

  --edges  how many, one run each; their cost per edge is compared
  --steps  minutes that are scored and timed (the median counts, processor time)
  --read   edges of a store on disk out of which minutes are read and scored (0: none)
`;

await benchmark(
  {
    name: 'scoring',
    help: HELP,
    options: {
      edges: { type: 'string', default: '1000,10000,50000' },
      steps: { type: 'string', default: '9' },
      read: { type: 'string', default: '10000' },
      json: { type: 'boolean', default: false },
    },
  },
  async ({ edges, steps, read, json }) => {
    const counts = edges.split(',').map((text) => integer('edges', text.trim(), 1, MOST_EDGES));
    if (counts.length === 0) throw wrong('--edges is empty.', 'Give one number, or several with commas.');
    const timed = integer('steps', steps, 1, 1000);
    const stored = integer('read', read, 0, MOST_EDGES);
    // What the first run compiles is not the first size's cost.
    measure(200, 5);
    const sizes = counts.map((count) => measure(count, timed));
    const [least, most] = [sizes[0]!, sizes[sizes.length - 1]!];
    const ratio = most.nanosPerEdge / least.nanosPerEdge;
    const reading = stored === 0 ? null : await readAndScore(stored);
    if (json) return void console.log(JSON.stringify({ sizes, costPerEdgeRatio: ratio, reading }));
    console.log(
      '   edges   s a minute     ns an edge   hour turn s   past s      MiB   bytes an edge   channels',
    );
    for (const size of sizes) {
      console.log(
        [
          String(size.edges).padStart(8),
          size.secondsPerStep.toFixed(3).padStart(12),
          size.nanosPerEdge.toFixed(0).padStart(14),
          size.secondsPerTurn.toFixed(3).padStart(13),
          size.buildSeconds.toFixed(2).padStart(8),
          size.mebibytes.toFixed(0).padStart(8),
          size.bytesPerEdge.toFixed(0).padStart(15),
          String(size.channels).padStart(10),
        ].join(' '),
      );
    }
    console.log(`cost per edge, ${most.edges} against ${least.edges} edges: ${ratio.toFixed(2)}`);
    if (reading !== null) {
      const { wallSeconds, cpuSeconds, rows } = reading;
      console.log(
        `read from DuckDB and scored, ${reading.edges} edges of ${rows} rows: ${wallSeconds.toFixed(2)} s a minute (${cpuSeconds.toFixed(2)} s of processor)`,
      );
    }
  },
);
