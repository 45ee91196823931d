import { PORTS, type ServerKind } from './servers/index.ts';

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
/** It answers one command after the other, so what a client waits for is how many others there are. */
const two = (one: Case): Case => ({ ...one, connections: 2 });

export const CASES: readonly Case[] = [
  plain('http', 'nginx', 'http', PORTS.nginx, 'http'),
  plain('http-pipelined', 'nginx', 'pipelined', PORTS.nginx, 'http'),
  plain('http2', 'http2', 'http2', PORTS.http2, 'http2'),
  plain('grpc', 'grpc', 'grpc', PORTS.grpc, 'grpc'),
  plain('postgres', 'postgres', 'postgres', PORTS.postgres, 'postgres'),
  plain('mariadb', 'mariadb', 'mysql', PORTS.mariadb, 'mysql'),
  two(plain('redis', 'redis', 'redis', PORTS.redis, 'redis')),
  plain('dns', 'dnsmasq', 'dns', PORTS.dnsmasq, 'dns'),
  plain('dns-tcp', 'dnsmasq', 'dnsStream', PORTS.dnsmasq, 'dns'),
  secure('http-tls', 'nginx', 'http', PORTS.nginxTls, 'http'),
  secure('http-tls-node', 'https', 'http', PORTS.https, 'http'),
  secure('http2-tls', 'http2Tls', 'http2', PORTS.http2Tls, 'http2'),
  secure('grpc-tls', 'grpcTls', 'grpc', PORTS.grpcTls, 'grpc'),
  secure('postgres-tls', 'postgres', 'postgres', PORTS.postgres, 'postgres'),
  secure('mariadb-tls', 'mariadb', 'mysql', PORTS.mariadb, 'mysql'),
  two(secure('redis-tls', 'redis', 'redis', PORTS.redisTls, 'redis')),
  secure('dns-tls', 'unbound', 'dnsStream', PORTS.unboundTls, 'dns'),
];
