import { PORTS, type ServerKind } from './servers.ts';

/** One conversation of a client with a real server, and what the probe should say of it. */
export interface Case {
  readonly name: string;
  readonly server: ServerKind;
  /** A client of `client.ts`. */
  readonly client: string;
  readonly port: number;
  readonly tls: boolean;
  /** What the flows should call it. */
  readonly protocol: string;
  readonly connections: number;
  /** Why its requests cannot be read: what the probe says of them is shown, and not judged. */
  readonly unread?: string;
}

const plain = (name: string, server: ServerKind, client: string, port: number, protocol: string): Case => ({
  name,
  server,
  client,
  port,
  tls: false,
  protocol,
  connections: 4,
});
const secure = (...args: Parameters<typeof plain>): Case => ({ ...plain(...args), tls: true });

export const CASES: readonly Case[] = [
  plain('http', 'nginx', 'http', PORTS.nginx, 'http'),
  plain('http-pipelined', 'nginx', 'pipelined', PORTS.nginx, 'http'),
  plain('http2', 'http2', 'http2', PORTS.http2, 'http2'),
  plain('grpc', 'grpc', 'grpc', PORTS.grpc, 'grpc'),
  plain('postgres', 'postgres', 'postgres', PORTS.postgres, 'postgres'),
  plain('mariadb', 'mariadb', 'mysql', PORTS.mariadb, 'mysql'),
  { ...plain('redis', 'redis', 'redis', PORTS.redis, 'redis'), connections: 2 },
  plain('dns', 'dnsmasq', 'dns', PORTS.dnsmasq, 'dns'),
  secure('http-tls', 'nginx', 'http', PORTS.nginxTls, 'http'),
  secure('http-tls-node', 'https', 'http', PORTS.https, 'http'),
  secure('http2-tls', 'http2Tls', 'http2', PORTS.http2Tls, 'http2'),
  secure('postgres-tls', 'postgres', 'postgres', PORTS.postgres, 'postgres'),
  {
    ...secure('mariadb-tls', 'mariadb', 'mysql', PORTS.mariadb, 'mysql'),
    unread: 'its greeting is in clear and the rest encrypted: told from turns',
  },
  { ...secure('redis-tls', 'redis', 'redis', PORTS.redisTls, 'redis'), connections: 2 },
];
