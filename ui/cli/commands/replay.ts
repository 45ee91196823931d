import { openCapture } from '../../../graph/index.ts';
import type { Call, ExitCode } from '../command.ts';
import { parseListen } from '../listen.ts';
import { show } from '../show.ts';

/** `faultline replay FILE`: a capture's report and map. The file is only read. */
export async function run(call: Call): Promise<ExitCode> {
  const listen = parseListen(call.options);
  const file = call.positionals[0]!;
  const store = await openCapture(file);
  try {
    await show(store, file, listen, call);
  } finally {
    await store.close();
  }
  return 0;
}
