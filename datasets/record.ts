import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FAULTS, startWorld } from '../bench/world/index.ts';
import { openStore, writeCapture } from '../graph/index.ts';
import { FaultlineError } from '../probe/index.ts';
import { startPipeline } from '../ui/index.ts';

/**
 * `node --import tsx datasets/record.ts`: the live world under quiet load, then a fault, seen by the real probe and written
 * as one capture. Needs root and what `npm test` installs; takes as long as it records.
 */
const { values } = parseArgs({
  options: {
    fault: { type: 'string', default: 'zone-rollout' },
    place: { type: 'string' },
    rate: { type: 'string', default: '12' },
    'quiet-minutes': { type: 'string', default: '4' },
    'fault-minutes': { type: 'string', default: '2.5' },
    out: { type: 'string', default: fileURLToPath(new URL('shop-incident.duckdb', import.meta.url)) },
  },
});

/** The capture lies in the repository: every clone pays for it. */
const MAX_BYTES = 5_000_000;

function positive(name: 'rate' | 'quiet-minutes' | 'fault-minutes'): number {
  const value = Number(values[name]);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new FaultlineError('FL-604', `--${name} cannot be "${values[name]}".`, 'Give a number above zero.');
}

function say(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}

async function record(): Promise<void> {
  const [rate, quiet, broken] = [positive('rate'), positive('quiet-minutes'), positive('fault-minutes')];
  if (!Object.hasOwn(FAULTS, values.fault)) {
    const known = Object.keys(FAULTS).join(', ');
    throw new FaultlineError('FL-604', `--fault cannot be "${values.fault}".`, `Use one of ${known}.`);
  }
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const wait = (minutes: number) => sleep(minutes * 60_000, undefined, { signal: interrupted.signal });

  const folder = await mkdtemp(join(tmpdir(), 'faultline-record-'));
  const file = join(folder, 'store.duckdb');
  const world = await startWorld({ progress: say, handleSignals: false });
  try {
    const pipeline = await startPipeline({
      store: file,
      netns: [world.netnsPattern],
      source: { kind: 'api', server: world.apiUrl },
      warn: say,
    });
    try {
      await world.load(rate);
      say(`${quiet} minutes of quiet load`);
      await wait(quiet);
      const { fault, place } = await world.inject(values.fault, values.place);
      say(`${fault} at ${place} for ${broken} minutes`);
      await wait(broken);
    } finally {
      await pipeline.stop();
    }
    await capture(file);
  } finally {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function capture(file: string): Promise<void> {
  const store = await openStore(file);
  try {
    const range = await store.range();
    if (range === null) {
      throw new FaultlineError(
        'FL-511',
        'Nothing was recorded.',
        'Look at the lines above for what is degraded.',
      );
    }
    await writeCapture(store, values.out, range);
  } finally {
    await store.close();
  }
  const { size } = await stat(values.out);
  say(`${values.out}: ${(size / 1e6).toFixed(2)} MB`);
  if (size > MAX_BYTES)
    say(`This is more than ${MAX_BYTES / 1e6} MB: record less time or at a lower --rate.`);
}

try {
  await record();
} catch (cause) {
  const error = cause as Error;
  if (error.name === 'AbortError') say('interrupted: nothing was written');
  else if (cause instanceof FaultlineError) say(`${cause.code}: ${cause.message} ${cause.hint}`);
  else throw cause;
  process.exitCode = 1;
}
