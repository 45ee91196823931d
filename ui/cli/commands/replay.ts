import { openCapture } from '../../../graph/index.ts';
import type { Call, ExitCode } from '../command.ts';
import { show } from '../show.ts';

/** `faultline replay FILE`: a capture's report and map. The file is only read. */
export async function run(call: Call): Promise<ExitCode> {
  const file = call.positionals[0]!;
  const store = await openCapture(file);
  try {
    await show(store, file, call);
  } finally {
    await store.close();
  }
  return 0;
}
