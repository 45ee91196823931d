import { type Flow, type ProbeOptions, startProbe } from '../../probe/index.ts';
import { createPair, SERVER } from '../load/network.ts';
import { sleep } from '../world/shell.ts';
import type { Case } from './cases.ts';
import { type Account, accountOf, close, ledgerAccount, sameCounts } from './compare.ts';
import type { Ledger } from './ledger.ts';
import { type Servers, startServers } from './servers/index.ts';
import { startClient } from './start-client.ts';

export interface Result {
  readonly name: string;
  readonly ledger: Account;
  readonly client: Account;
  readonly server: Account;
  /** Requests, failures and untimed calls of both ends equal the ledger's. */
  readonly equal: boolean;
  /** P50 and P99 as the client's end was seen, against the client's own. */
  readonly close: boolean;
}

export interface RunOptions {
  readonly requests: number;
  readonly probe?: Partial<ProbeOptions>;
  readonly progress?: (line: string) => void;
}

/** Runs each case by itself under a probe of its own, and compares its flows with the client's ledger. */
export async function runCases(cases: readonly Case[], options: RunOptions): Promise<Result[]> {
  const pair = createPair();
  const servers = await startServers(pair.names.server);
  try {
    const started = new Set<string>();
    const results: Result[] = [];
    for (const one of cases) {
      options.progress?.(one.name);
      if (!started.has(one.server)) await servers.start(one.server);
      started.add(one.server);
      results.push(await runCase(one, pair.names, servers, options));
    }
    return results;
  } finally {
    await servers.stop();
    pair.close();
  }
}

/** Calls before the probe is there, over connections of their own: the first calls of a process are those of its compiler. */
const WARM_UP = 240;

async function runCase(
  one: Case,
  net: { readonly client: string; readonly server: string },
  servers: Servers,
  { requests, probe: more }: RunOptions,
): Promise<Result> {
  const flows: Flow[] = [];
  const errors: unknown[] = [];
  const { port, tls, connections } = one;
  const client = startClient(net.client, one.client);
  const errand = { host: SERVER, port, tls, connections };
  let ledger: Ledger;
  try {
    await client.run({ ...errand, requests: WARM_UP });
    client.hurry();
    const probe = await startProbe({
      ...more,
      netns: [net.client, net.server],
      ...(tls ? { tls: { processes: [client.pid, ...servers.processes(one.server)] } } : {}),
      onFlows: (some) => flows.push(...some),
      onError: (error) => errors.push(error),
    });
    try {
      ledger = await client.run({ ...errand, requests });
      await sleep(1_500);
    } finally {
      await probe.stop();
    }
  } finally {
    client.kill();
  }
  if (errors.length > 0) throw errors[0];
  const book = ledgerAccount(ledger);
  const asked = accountOf(flows.filter((flow) => flow.role === 'client' && flow.peer.port === port));
  const served = accountOf(flows.filter((flow) => flow.role === 'server' && flow.local.port === port));
  return {
    name: one.name,
    ledger: book,
    client: asked,
    server: served,
    equal: sameCounts(asked, book) && sameCounts(served, book),
    close: close(asked.p50, book.p50) && close(asked.p99, book.p99),
  };
}
