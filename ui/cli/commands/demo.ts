import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCapture } from '../../../graph/index.ts';
import { FaultlineError } from '../../../probe/index.ts';
import type { Call, ExitCode } from '../command.ts';
import { parseListen } from '../listen.ts';
import { show } from '../show.ts';

const RECORDED = fileURLToPath(new URL('../../../datasets/shop-incident.duckdb', import.meta.url));

/** `faultline demo`: the recorded incident from a temporary store, which is gone afterwards. */
export async function run(call: Call): Promise<ExitCode> {
  const listen = parseListen(call.options);
  const capture = call.options.text('capture') ?? RECORDED;
  const folder = await mkdtemp(join(tmpdir(), 'faultline-demo-'));
  try {
    const file = join(folder, 'incident.duckdb');
    await copied(capture, file);
    const store = await openCapture(file);
    try {
      await show(store, shortest(capture), listen, call);
    } finally {
      await store.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return 0;
}

/** A path as one would type it here. */
function shortest(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}

async function copied(capture: string, file: string): Promise<void> {
  try {
    await copyFile(capture, file);
  } catch (cause) {
    throw new FaultlineError(
      'FL-501',
      `The capture ${capture} cannot be read.`,
      capture === RECORDED
        ? 'Get it with the repository, or record it again as datasets/README.md says.'
        : 'Give a file that faultline capture wrote.',
      { cause },
    );
  }
}
