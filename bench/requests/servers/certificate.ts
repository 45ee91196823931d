import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../world/shell.ts';

/** Files of a private key and of the certificate for it. */
export interface Secrets {
  readonly key: string;
  readonly certificate: string;
}

/** Readable for everybody: servers run as different users. */
export async function makeCertificate(folder: string): Promise<Secrets> {
  const secrets = { key: join(folder, 'key.pem'), certificate: join(folder, 'certificate.pem') };
  const kind =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=shop.example';
  await run('openssl', [...kind.split(' '), '-keyout', secrets.key, '-out', secrets.certificate]);
  chmodSync(secrets.key, 0o644);
  return secrets;
}
