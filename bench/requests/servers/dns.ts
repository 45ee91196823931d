import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './place.ts';
import { PORTS } from './ports.ts';

/** A forwarder by UDP and TCP, without a cache, in front of a server of Node that takes its time. */
export async function dnsmasq(place: Place): Promise<void> {
  await place.node('dns', String(PORTS.slowDns));
  await place.serve(PORTS.dnsmasq, 'dnsmasq', [
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--no-resolv',
    '--no-hosts',
    '--cache-size=0',
    '--no-negcache',
    `--server=127.0.0.1#${PORTS.slowDns}`,
    '--user=root',
    `--pid-file=${place.folder}/dnsmasq.pid`,
    '--dns-forward-max=1000',
  ]);
}

/** A resolver by DNS over TLS (RFC 7858) in front of the same kind of server; every question has a name of its own. */
export async function unbound(place: Place): Promise<void> {
  const upstream = PORTS.slowDns + 1;
  await place.node('dns', String(upstream));
  const file = join(place.folder, 'unbound.conf');
  writeFileSync(
    file,
    `
server:
  interface: 0.0.0.0@${PORTS.unboundTls}
  tls-service-key: ${place.secrets.key}
  tls-service-pem: ${place.secrets.certificate}
  access-control: 0.0.0.0/0 allow
  do-not-query-localhost: no
  do-daemonize: no
  num-threads: 1
  incoming-num-tcp: 64
  module-config: "iterator"
  username: ""
  chroot: ""
  directory: "${place.folder}"
  pidfile: "${place.folder}/unbound.pid"
  use-syslog: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${upstream}
remote-control:
  control-enable: no
`,
  );
  await place.serve(PORTS.unboundTls, 'unbound', ['-c', file]);
}
