import { type Flow, type ProbeOptions, startProbe } from '../../probe/index.ts';
import { ip, sleep } from '../world/shell.ts';
import type { Case } from './cases.ts';
import { type Account, accountOf, close, ledgerAccount, sameCounts } from './compare.ts';
import type { Ledger } from './ledger.ts';
import { type Servers, startServers } from './servers.ts';
import { startClient } from './start-client.ts';

const SERVER_ADDRESS = '10.203.0.2';
const CLIENT_ADDRESS = '10.203.0.1';

export interface Result {
  readonly name: string;
  readonly ledger: Account;
  readonly client: Account;
  readonly server: Account;
  /** Requests, failures and untimed calls of both ends equal the ledger's. */
  readonly equal: boolean;
  /** P50 and P99 as the client's end was seen, against the client's own. */
  readonly close: boolean;
  /** Why neither can be asked for; `null` where both are. */
  readonly unread: string | null;
}

/** Two namespaces and a wire between them; puts into `undo` how each goes away. */
async function wire(undo: (() => Promise<void>)[]): Promise<{ client: string; server: string }> {
  const client = `flt-${process.pid}-rc`;
  const server = `flt-${process.pid}-rs`;
  for (const netns of [client, server]) {
    await ip(null, [`netns add ${netns}`]);
    undo.unshift(() => ip(null, [`netns del ${netns}`]));
  }
  await ip(null, [`link add name near netns ${client} type veth peer name far netns ${server}`]);
  await ip(client, ['link set lo up', `addr add ${CLIENT_ADDRESS}/24 dev near`, 'link set near up']);
  await ip(server, ['link set lo up', `addr add ${SERVER_ADDRESS}/24 dev far`, 'link set far up']);
  return { client, server };
}

export interface RunOptions {
  readonly requests: number;
  readonly probe?: Partial<ProbeOptions>;
  readonly progress?: (line: string) => void;
}

/** Runs each case by itself under a probe of its own, and compares its flows with the client's ledger. */
export async function runCases(cases: readonly Case[], options: RunOptions): Promise<Result[]> {
  const undo: (() => Promise<void>)[] = [];
  const cleanUp = async () => {
    for (const step of undo.splice(0)) await step();
  };
  const interrupted = () => void cleanUp().finally(() => process.exit(1));
  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    const net = await wire(undo);
    const servers = await startServers(net.server);
    undo.unshift(() => servers.stop());
    const started = new Set<string>();
    const results: Result[] = [];
    for (const one of cases) {
      options.progress?.(one.name);
      if (!started.has(one.server)) await servers.start(one.server);
      started.add(one.server);
      results.push(await runCase(one, net, servers, options));
    }
    return results;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    await cleanUp();
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

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
  let ledger: Ledger;
  try {
    const probe = await startProbe({
      ...more,
      netns: [net.client, net.server],
      ...(tls ? { tls: { processes: [client.pid, ...servers.processes(one.server)] } } : {}),
      onFlows: (some) => flows.push(...some),
      onError: (error) => errors.push(error),
    });
    try {
      ledger = await client.run({ host: SERVER_ADDRESS, port, tls, requests, connections });
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
    unread: one.unread ?? null,
  };
}
