/** Where each server listens in its network namespace. */
export const PORTS = {
  nginx: 8080,
  nginxTls: 8443,
  http2: 8081,
  http2Tls: 8444,
  https: 8445,
  grpc: 8082,
  grpcTls: 8446,
  postgres: 5432,
  mariadb: 3306,
  redis: 6379,
  redisTls: 6380,
  dnsmasq: 53,
  unboundTls: 853,
  /** The slow server that dnsmasq and unbound ask, on loopback alone. */
  slowDns: 5353,
} as const;
