import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { makeCertificate } from './certificate.ts';
import { dnsmasq, unbound } from './dns.ts';
import { mariadb } from './mariadb.ts';
import { nginx } from './nginx.ts';
import { createPlace, type Place } from './place.ts';
import { PORTS } from './ports.ts';
import { POSTGRES_ROOT, postgres } from './postgres.ts';
import { redis } from './redis.ts';

export { PORTS } from './ports.ts';

interface Server {
  /** Program or folder that is there where it is installed; none where all of it comes with the benchmark. */
  readonly needs?: string;
  /** What its processes are called, where they come and go. */
  readonly processes?: string;
  start(place: Place): Promise<void>;
}

const node = (kind: string, port: number, tls = false): Server => ({
  start: ({ node, secrets }) => node(kind, String(port), ...(tls ? [secrets.key, secrets.certificate] : [])),
});

const SERVERS = {
  nginx: { needs: 'nginx', processes: 'nginx', start: nginx },
  http2: node('http2', PORTS.http2),
  http2Tls: node('http2', PORTS.http2Tls, true),
  https: node('http', PORTS.https, true),
  grpc: node('grpc', PORTS.grpc),
  grpcTls: node('grpc', PORTS.grpcTls, true),
  postgres: { needs: POSTGRES_ROOT, processes: 'postgres', start: postgres },
  mariadb: { needs: 'mariadbd', start: mariadb },
  redis: { needs: 'redis-server', start: redis },
  dnsmasq: { needs: 'dnsmasq', start: dnsmasq },
  unbound: { needs: 'unbound', start: unbound },
} as const satisfies Record<string, Server>;

export type ServerKind = keyof typeof SERVERS;

/** Real servers in one network namespace, each in processes of its own, gone with `stop`. */
export interface Servers {
  start(kind: ServerKind): Promise<void>;
  /** The processes a server consists of, by their name or their ids. */
  processes(kind: ServerKind): readonly (number | string)[];
  stop(): Promise<void>;
}

export async function startServers(netns: string): Promise<Servers> {
  const folder = mkdtempSync(join(tmpdir(), 'flt-requests-'));
  chmodSync(folder, 0o755);
  const place = createPlace(netns, folder, await makeCertificate(folder));
  const pids = new Map<ServerKind, readonly number[]>();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  /* Where the benchmark is interrupted. */
  process.once('exit', remove);
  return {
    async start(kind) {
      const before = place.pids.length;
      await SERVERS[kind].start(place);
      pids.set(kind, place.pids.slice(before));
    },
    processes(kind) {
      const { processes }: Server = SERVERS[kind];
      return processes === undefined ? (pids.get(kind) ?? []) : [processes];
    },
    async stop() {
      await place.stop();
      process.off('exit', remove);
      remove();
    },
  };
}

/** What this machine lacks for a server; `null` when it can be started. */
export function missingFor(kind: ServerKind): string | null {
  const { needs }: Server = SERVERS[kind];
  return needs === undefined || isThere(needs) ? null : needs;
}

function isThere(needed: string): boolean {
  if (needed.startsWith('/')) return existsSync(needed);
  const path = `${process.env.PATH ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`;
  return path.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, needed)));
}
