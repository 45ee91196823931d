import { FaultlineError } from '../../probe/index.ts';
import { inside, runSync } from './run.ts';

export const CLIENT = '10.202.1.1';
export const SERVER = '10.202.1.2';
export const SERVER_6 = 'fd00:202:1::2';

/** Network namespaces of this benchmark, removed by `close` or when the process ends. */
export interface Namespaces<Name extends string> {
  readonly names: Readonly<Record<Name, string>>;
  close(): void;
}

/** Namespaces `flt-<pid>-NAME` with loopback up. @throws FaultlineError FL-584 without the rights or programs for it */
export function createNamespaces<const Name extends string>(...wanted: readonly Name[]): Namespaces<Name> {
  const made: string[] = [];
  const close = () => {
    for (const name of made.splice(0)) runSync('ip', ['netns', 'delete', name]);
  };
  process.once('exit', close);
  const names = {} as Record<Name, string>;
  try {
    for (const each of wanted) {
      const name = `flt-${process.pid}-${each}`;
      runSync('ip', ['netns', 'add', name]);
      made.push(name);
      names[each] = name;
      runSync('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    }
  } catch (cause) {
    close();
    throw new FaultlineError(
      'FL-584',
      'The benchmark could not make its network namespaces.',
      'Run it as root, with iproute2 installed.',
      { cause },
    );
  }
  return { names, close };
}

/** `client` and `server`, joined by a virtual cable. */
export function createPair(): Namespaces<'client' | 'server'> {
  const pair = createNamespaces('client', 'server');
  const { client, server } = pair.names;
  runSync('ip', [
    ...['-n', client, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', server],
  ]);
  for (const [name, four, six] of [
    [client, CLIENT, 'fd00:202:1::1'],
    [server, SERVER, SERVER_6],
  ] as const) {
    runSync('ip', ['-n', name, 'addr', 'add', `${four}/24`, 'dev', 'eth0']);
    runSync('ip', ['-n', name, 'addr', 'add', `${six}/64`, 'dev', 'eth0', 'nodad']);
    runSync('ip', ['-n', name, 'link', 'set', 'eth0', 'up']);
  }
  runSync(...inside(client, 'sysctl', '-qw', 'net.ipv4.ip_local_port_range=1024 65535'));
  return pair;
}
