import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../world/shell.ts';
import { NOBODY, type Place } from './place.ts';
import { PORTS } from './ports.ts';

export const POSTGRES_ROOT = '/usr/lib/postgresql';

/** It refuses to run as root, and a key that others may read. */
export async function postgres(place: Place): Promise<void> {
  const data = place.owned('postgres');
  const bin = newest();
  const nobody = String(NOBODY);
  const initdb = [join(bin, 'initdb'), '-D', data, '-U', 'bench', '-A', 'trust', '-N'];
  await run('setpriv', ['--reuid', nobody, '--regid', nobody, '--clear-groups', ...initdb]);
  writeFileSync(join(data, 'pg_hba.conf'), 'host all all all trust\n');
  const { key, certificate } = place.secrets;
  const private_ = ['-m', '600', '-o', nobody];
  await run('install', [...private_, key, join(data, 'server.key')]);
  await run('install', [...private_, certificate, join(data, 'server.crt')]);
  const options = `-D ${data} -h 0.0.0.0 -p ${PORTS.postgres} -k ${data} -c ssl=on -c fsync=off`.split(' ');
  const asNobody = ['--setuid', nobody, '--setgid', nobody, '--'];
  await place.serve(PORTS.postgres, 'nsenter', [...asNobody, join(bin, 'postgres'), ...options]);
}

/** The programs of the newest version of the machine; they are not on the path. */
function newest(): string {
  const versions = readdirSync(POSTGRES_ROOT).filter((name) =>
    statSync(join(POSTGRES_ROOT, name)).isDirectory(),
  );
  return join(POSTGRES_ROOT, versions.sort((a, b) => Number(b) - Number(a))[0]!, 'bin');
}
