import { FaultlineError } from '../../error.ts';
import type { Feature } from '../../flow.ts';
import type { Probed } from './probes.ts';

const name = 'TLS clear text';
const lost = 'operations and statuses of requests through TLS; their connections and turn times are there';

/** What is read of the processes that were asked for. */
export function clearTextFeature(files: readonly Pick<Probed, 'links' | 'refused'>[]): Feature {
  const probed = files.some(({ links }) => links.length > 0);
  const [refused] = files.flatMap((file) => (file.refused === null ? [] : [file.refused]));
  const trouble = refused ?? (probed ? null : notFound());
  if (trouble === null) return { name, state: 'on', reason: '', lost };
  const reason = `${trouble.code}: ${trouble.message} ${trouble.hint}`;
  return { name, state: probed ? 'fallback' : 'off', reason, lost };
}

export function noClearText(reason: string): Feature {
  return { name, state: 'off', reason, lost };
}

/** Whether this machine could read it, for the processes that are asked for. */
export function clearTextAbility(why: string | null): Feature {
  if (process.arch !== 'x64') return noClearText('it needs x86-64');
  if (why !== null) return noClearText(why);
  return {
    name,
    state: 'on',
    reason: '',
    lost,
    by: 'uprobes, on the OpenSSL of processes that are asked for',
  };
}

function notFound(): FaultlineError {
  return new FaultlineError(
    'FL-108',
    'None of the processes whose clear text was asked for uses OpenSSL.',
    'Check their names; a library is found within a second of its first use.',
  );
}
