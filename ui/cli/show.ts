import type { EdgeStore } from '../../graph/index.ts';
import { FaultlineError } from '../../probe/index.ts';
import { toJson, toText } from '../report/index.ts';
import { type Listen, serve } from '../server/index.ts';
import type { Call } from './command.ts';
import { version } from './listen.ts';
import { untilStopped } from './stop.ts';
import { worstReport } from './worst.ts';

/**
 * Shows a recording: the report on its worst service, then its map until Ctrl-C (not with `--no-serve`).
 * @throws FaultlineError FL-511 when it holds nothing, FL-560 when the address is taken
 */
export async function show(
  store: EdgeStore,
  name: string,
  listen: Listen,
  { options, out }: Call,
): Promise<void> {
  // From here on Ctrl-C ends the command in order, so that what is temporary goes with it.
  const stopped = untilStopped();
  if ((await store.range()) === null) {
    throw new FaultlineError('FL-511', `${name} holds no connection.`, 'Open another capture.');
  }
  // The address is taken first: a report that scrolls past an error is worse than the error alone.
  const served = options.flag('no-serve')
    ? null
    : await serve({
        reader: store,
        live: false,
        version: version(),
        listen,
        onError: (error) => out.note(`${error}`),
      });
  const url = served?.url;
  try {
    const report = await worstReport(store);
    if (report === null) out.note(`${name}: no service in it answered anything.`);
    else if (options.flag('json')) out.print(`${JSON.stringify(toJson(report), null, 2)}\n`);
    else out.print(toText(report, { color: out.color, width: out.width, store: name, ...(url && { url }) }));
    if (url === undefined) return;
    out.note(`\nThe map of ${name} is at ${url} (Ctrl-C ends it).`);
    await stopped;
  } finally {
    await served?.close();
  }
}
