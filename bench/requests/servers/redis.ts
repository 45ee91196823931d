import type { Place } from './place.ts';
import { PORTS } from './ports.ts';

export async function redis(place: Place): Promise<void> {
  const { key, certificate } = place.secrets;
  const tls = `--tls-port ${PORTS.redisTls} --tls-cert-file ${certificate} --tls-key-file ${key} --tls-auth-clients no`;
  const open = `--port ${PORTS.redis} --protected-mode no --enable-debug-command yes`;
  await place.serve(PORTS.redis, 'redis-server', [...open.split(' '), ...tls.split(' '), '--save', '']);
}
