import type { Feature } from '../flow.ts';
import { cgroupFiles } from './cgroups.ts';

/* Parts of the probe that are no kernel programs. */

export function translationFeature(open: number, refused: ReadonlyMap<string, string>): Feature {
  const lost = 'the server behind a service address, where only one end of a connection is on this machine';
  const name = 'address translation';
  if (refused.size === 0) return { name, state: 'on', reason: '', lost };
  const [table, why] = [...refused][0]!;
  return {
    name,
    state: open > 0 ? 'fallback' : 'off',
    reason: `connection tracking of ${refused.size} namespaces cannot be read, first ${table}: ${why}`,
    lost,
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
