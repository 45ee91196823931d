import { FaultlineError } from '../../probe/index.ts';
import type { RunningCluster } from './running.ts';
import type { Journeys, LoadOrder, PodState, Surge } from './service/protocol.ts';
import { sleep } from './shell.ts';

/** Journeys under way at a time: 5 s of the usual load, more than its timeouts ever hold back. */
const CONCURRENCY = 100;
const POLL_MILLIS = 50;
/** The longest chain of timeouts is well under ten seconds; what is not quiet after a minute will not be. */
const QUIET_POLLS = 1200;

export interface LoadOptions {
  readonly concurrency?: number;
  /** Requests per connection in every pod from now on; 1 makes every connection short. */
  readonly requestsPerConnection?: number;
  /** End by itself after so many journeys. */
  readonly journeys?: number;
}

/** Starts issuing journeys, instead of those ordered before. */
export async function startLoad(running: RunningCluster, rate: number, options: LoadOptions): Promise<void> {
  const count = options.requestsPerConnection;
  if (count !== undefined) {
    running.requestsPerConnection = count;
    await Promise.all(running.processes.map((pod) => pod.ask({ type: 'requests-per-connection', count })));
  }
  const order: LoadOrder = {
    rate,
    concurrency: options.concurrency ?? CONCURRENCY,
    journeys: options.journeys ?? null,
  };
  await generator(running).ask({ type: 'load', order });
}

export async function setSurge(running: RunningCluster, surge: Surge | null): Promise<void> {
  await generator(running).ask({ type: 'surge', surge });
}

export async function journeysOf(running: RunningCluster): Promise<Journeys> {
  return (await generator(running).ask({ type: 'state' })).journeys;
}

/** Waits until the ordered number of journeys was issued and each has ended. */
export async function journeysDone(running: RunningCluster): Promise<Journeys> {
  for (;;) {
    const { journeys, inFlight } = await generator(running).ask({ type: 'state' });
    if (!journeys.running && inFlight === 0) return journeys;
    await sleep(POLL_MILLIS);
  }
}

/** Stops the load, lets everything under way end and has all connections closed, on both their ends. */
export async function quiesce(running: RunningCluster): Promise<void> {
  await generator(running).ask({ type: 'stop-load' });
  await until(running, ({ inFlight }) => inFlight === 0);
  await Promise.all(running.processes.map((pod) => pod.ask({ type: 'close-idle' })));
  await until(running, (state) => state.inFlight + state.clientSockets + state.serverSockets === 0);
}

async function until(running: RunningCluster, quiet: (state: PodState) => boolean): Promise<void> {
  for (let poll = 0; poll < QUIET_POLLS; poll += 1) {
    const states = await Promise.all(running.processes.map((pod) => pod.ask({ type: 'state' })));
    if (states.every(quiet)) return;
    await sleep(POLL_MILLIS);
  }
  throw new FaultlineError(
    'FL-582',
    'The world did not become quiet within a minute.',
    'End the faults first: a network that drops everything also keeps connections from ending.',
  );
}

function generator(running: RunningCluster) {
  const found = running.processes.find(({ pod }) => pod.workload === 'loadgenerator');
  if (found === undefined) throw new RangeError('the world has no load generator');
  return found;
}
