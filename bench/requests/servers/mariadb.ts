import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../world/shell.ts';
import type { Place } from './place.ts';
import { PORTS } from './ports.ts';

export async function mariadb(place: Place): Promise<void> {
  const data = place.owned('mariadb');
  await run('mariadb-install-db', [
    `--datadir=${data}`,
    '--user=nobody',
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]);
  const init = join(data, 'init.sql');
  writeFileSync(init, "CREATE USER bench@'%';\nGRANT ALL ON *.* TO bench@'%';\n");
  await place.serve(PORTS.mariadb, 'mariadbd', [
    '--no-defaults',
    `--datadir=${data}`,
    '--user=nobody',
    `--port=${PORTS.mariadb}`,
    '--bind-address=0.0.0.0',
    `--socket=${data}/sock`,
    `--pid-file=${data}/pid`,
    `--init-file=${init}`,
    '--skip-name-resolve',
    `--ssl-key=${place.secrets.key}`,
    `--ssl-cert=${place.secrets.certificate}`,
  ]);
}
