import type { Feature } from '../flow.ts';
import { cgroupFiles } from './cgroups.ts';

/* Parts of the probe that are no kernel programs. */

export const TRANSLATION = 'address translation';

/** @param open tables followed, `null` when it was switched off */
export function translationFeature(open: number | null, refused: ReadonlyMap<string, string>): Feature {
  const lost = 'the server behind a service address, where only one end of a connection is on this machine';
  const name = TRANSLATION;
  const by = 'connection tracking of each namespace';
  if (open === null) return { name, state: 'off', reason: 'it was switched off', lost };
  if (refused.size === 0) return { name, state: 'on', reason: '', lost, by };
  const [table, why] = [...refused][0]!;
  return {
    name,
    state: open > 0 ? 'fallback' : 'off',
    reason: `connection tracking of ${refused.size} namespaces cannot be read, first ${table}: ${why}`,
    lost,
    by,
  };
}

export function ownerFeature(): Feature {
  const there = cgroupFiles() !== null;
  return {
    name: 'cgroups',
    state: there ? 'on' : 'off',
    reason: there ? '' : 'cgroup version 2 is not mounted',
    lost: 'which container a process belongs to',
  };
}

export function namespaceFeature(patterns: readonly string[], matching: number): Feature {
  return {
    name: 'network namespaces',
    state: matching > 0 ? 'on' : 'off',
    reason: matching > 0 ? '' : `no name in /run/netns matches ${patterns.join(', ')} yet`,
    lost: 'everything, until one appears',
  };
}
