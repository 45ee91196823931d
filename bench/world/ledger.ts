import { type Pod, readyPods } from './model.ts';
import { bridgeIp, nodeNamed, tunnelIp } from './plan.ts';
import type { RunningCluster } from './running.ts';
import type { AcceptedQuery, PodLedger, Unanswered } from './service/protocol.ts';

/**
 * What one client pod did towards one server pod. The server is the pod that named itself in an answer; for a
 * connection without any answer the pod whose accept log shows the client's address and port; where only one pod has
 * ever stood behind the service, that pod. `null`: nobody can say, the counts stay with the service. Failed connects
 * never reached a pod and are always with the service.
 */
export interface LedgerEntry {
  readonly client: string;
  readonly service: string;
  readonly server: string | null;
  /** Port the server's pods listen on (the service's own port may differ). */
  readonly port: number;
  readonly connections: number;
  /** Requests whose bytes the client's kernel took, on established connections. */
  readonly requests: number;
  /** HTTP 5xx, Redis errors, and requests without a first byte of answer when their connection ended. */
  readonly failedRequests: number;
  readonly failedConnects: number;
  /** The failed connects by reason. */
  readonly refused: number;
  readonly timedOut: number;
  readonly unreachable: number;
}

/** What a server pod counted by itself, to hold against the clients' counts. */
export interface ServerCounts {
  readonly server: string;
  readonly accepted: number;
  readonly served: readonly { readonly client: string; readonly requests: number; readonly failed: number }[];
}

export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  readonly servers: readonly ServerCounts[];
}

type Counts = Omit<LedgerEntry, 'client' | 'service' | 'server' | 'port'>;

const NONE: Counts = {
  connections: 0,
  requests: 0,
  failedRequests: 0,
  failedConnects: 0,
  refused: 0,
  timedOut: 0,
  unreachable: 0,
};

/** Asks every pod for its counts and merges them, those of pods that have left included. */
export async function readLedger(running: RunningCluster): Promise<Ledger> {
  const present = await Promise.all(running.processes.map((each) => each.ask({ type: 'ledger' })));
  const pods = [...running.departed, ...present];
  const book = new Book(running);
  for (const pod of pods) {
    for (const { service, server, ...counts } of pod.clients) {
      book.add(pod.pod, service, server === '' ? soleServer(running, service) : server, counts);
    }
    for (const { service, refused, timedOut, unreachable } of pod.connectFailures) {
      const failedConnects = refused + timedOut + unreachable;
      book.add(pod.pod, service, null, { failedConnects, refused, timedOut, unreachable });
    }
    for (const { service, server, requests, failedRequests } of await locate(running, pod)) {
      book.add(pod.pod, service, server, { connections: 1, requests, failedRequests });
    }
  }
  const servers = pods.map(({ pod, accepted, served }) => ({ server: pod, accepted, served }));
  return { entries: book.entries(), servers: servers.filter(({ accepted }) => accepted > 0) };
}

class Book {
  #running: RunningCluster;
  #entries = new Map<string, LedgerEntry>();

  constructor(running: RunningCluster) {
    this.#running = running;
  }

  add(client: string, service: string, server: string | null, counts: Partial<Counts>): void {
    const key = `${client} ${service} ${server ?? ''}`;
    const port = this.#running.workload(service).plan.port ?? 0;
    const old = this.#entries.get(key) ?? { client, service, server, port, ...NONE };
    const sum = (field: keyof Counts): number => old[field] + (counts[field] ?? 0);
    this.#entries.set(key, {
      ...old,
      connections: sum('connections'),
      requests: sum('requests'),
      failedRequests: sum('failedRequests'),
      failedConnects: sum('failedConnects'),
      refused: sum('refused'),
      timedOut: sum('timedOut'),
      unreachable: sum('unreachable'),
    });
  }

  entries(): readonly LedgerEntry[] {
    return [...this.#entries.values()];
  }
}

/** The one pod that was ever behind a service, if there was one only. */
function soleServer(running: RunningCluster, service: string): string | null {
  const ever = [
    ...running.cluster.pods.filter(({ workload }) => workload === service),
    ...running.departedPods.filter(({ workload }) => workload === service),
  ];
  return ever.length === 1 ? (ever[0]?.name ?? null) : null;
}

/** Finds the servers of connections that were never answered. */
async function locate(
  running: RunningCluster,
  ledger: PodLedger,
): Promise<readonly (Unanswered & { server: string | null })[]> {
  const { unanswered } = ledger;
  if (unanswered.length === 0) return [];
  const queries = unanswered.map((connection) => queryOf(running, ledger.pod, connection));
  const found: (string | null)[] = unanswered.map(({ service }) => soleServer(running, service));
  const services = new Set(unanswered.map(({ service }) => service));
  for (const service of services) {
    for (const pod of readyPods(running.cluster, service)) {
      const holder = running.processes.find((each) => each.pod.name === pod.name);
      const accepted = (await holder?.ask({ type: 'accepted', queries })) ?? [];
      accepted.forEach((yes, index) => {
        if (yes && unanswered[index]?.service === service) found[index] ??= pod.name;
      });
    }
  }
  return unanswered.map((connection, index) => ({ ...connection, server: found[index] ?? null }));
}

/** The addresses a server may have seen the client under: its own, or its node's where that masquerades. */
function queryOf(running: RunningCluster, client: string, { localPort, at }: Unanswered): AcceptedQuery {
  const pod = find([...running.cluster.pods, ...running.departedPods], client);
  const node = nodeNamed(pod.node);
  return { addresses: [pod.ip, bridgeIp(node), tunnelIp(node)], port: localPort, at };
}

function find(pods: readonly Pod[], name: string): Pod {
  const found = pods.find((pod) => pod.name === name);
  if (found === undefined) throw new RangeError(`no pod ${name}`);
  return found;
}
