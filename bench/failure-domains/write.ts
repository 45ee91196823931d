import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EdgeCounts } from '../../graph/index.ts';
import { tableOf } from './table.ts';
import { truthOf } from './truth.ts';
import type { World } from './world.ts';

/** Writes a case for other methods: `NAME.csv`, one row for each pair of ends and window, and `NAME.json`, what is true. */
export function writeCase(folder: string, world: World): void {
  mkdirSync(folder, { recursive: true });
  const { scenario, windows, onset } = world;
  const truth = truthOf(world);
  const causes = truth.causes.map(({ cause, names, class: kind, margin }) => {
    const { client = null, server = null, tags, ends } = cause.domain;
    return { client, server, tags, ends, effect: cause.effect, names, class: kind, marginNats: margin };
  });
  writeFileSync(join(folder, `${scenario.name}.csv`), [HEADING, ...rowsOf(world)].join('\n').concat('\n'));
  writeFileSync(
    join(folder, `${scenario.name}.json`),
    `${JSON.stringify({ name: scenario.name, kind: scenario.kind, class: truth.class, windows, onset, causes }, null, 2)}\n`,
  );
}

const ENDS = ['workload', 'version', 'pod', 'node', 'zone'] as const;
const COUNTS = ['opened', 'refused', 'requests', 'failedRequests', 'segments', 'retransmits'] as const;
const TIMES = ['latency', 'wait', 'service', 'connect'] as const satisfies readonly (keyof EdgeCounts)[];
const HEADING = [
  'window',
  ...(['client', 'server'] as const).flatMap((side) => ENDS.map((tag) => `${side}_${tag}`)),
  ...COUNTS,
  ...TIMES,
].join(',');

function* rowsOf(world: World): Generator<string> {
  const table = tableOf(world);
  for (const [i, { client, server }] of world.leaves.entries()) {
    const ends = [client, server].flatMap(({ workload, version, name, node, zone }) => [
      workload,
      version,
      name,
      node,
      zone,
    ]);
    for (let window = 0; window < world.windows; window++) {
      const counts = table.sum([i], window, window + 1);
      if (counts === null) continue;
      const times = TIMES.map((time) => histogram(counts[time]));
      yield [window, ...ends, ...COUNTS.map((name) => counts[name]), ...times].join(',');
    }
  }
}

/** `bucket:count` pairs; the README says what a bucket is. */
function histogram({ buckets, counts }: EdgeCounts['latency']): string {
  return buckets.map((bucket, i) => `${bucket}:${counts[i]}`).join(' ');
}
