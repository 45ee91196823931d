import { sourceOf, startPipeline } from '../../pipeline/index.ts';
import { count } from '../../report/format.ts';
import { serve } from '../../server/index.ts';
import { clearTextOptions } from '../clear-text.ts';
import type { Call, ExitCode } from '../command.ts';
import { parseListen, version } from '../listen.ts';
import { capabilitiesFor } from '../privileges.ts';
import { DEFAULT_STORE } from '../reader.ts';
import { clusterOptions, filesOf } from '../source.ts';
import { untilStopped } from '../stop.ts';

/** `faultline up`: everything on one machine until Ctrl-C. */
export async function run({ options, out }: Call): Promise<ExitCode> {
  const listen = parseListen(options);
  const source = sourceOf(clusterOptions(options));
  const store = options.text('store') ?? DEFAULT_STORE;
  const stopped = untilStopped();
  const warn = (line: string): void => out.note(`faultline: ${line}`);
  const pipeline = await startPipeline({
    store,
    netns: options.texts('netns'),
    ...clearTextOptions(options),
    source,
    warn,
    dropCapabilities: true,
    keepCapabilities: capabilitiesFor({ files: [store, ...filesOf(source)], port: listen.port }),
  });
  try {
    const served = await serve({
      reader: pipeline.store,
      live: true,
      version: version(),
      features: pipeline.features,
      counters: pipeline.counters,
      scores: pipeline.scores,
      listen,
      onError: (error) => warn(`FL-559: ${error}`),
    });
    try {
      for (const { name, state, reason, lost } of pipeline.features()) {
        if (state !== 'on' && lost !== '') warn(`${name} is ${state}: ${reason}. What is lost: ${lost}.`);
      }
      if (source.kind === 'none') warn('no cluster is configured: ends are named by process.');
      warn(`recording into ${store}, the map is at ${served.url} (Ctrl-C ends it).`);
      out.note('ready');
      await stopped;
    } finally {
      await served.close();
    }
  } finally {
    await pipeline.stop();
  }
  const { sockets, lost } = pipeline.counters();
  warn(`${count(sockets)} sockets seen, ${count(lost)} connections lost.`);
  return 0;
}
