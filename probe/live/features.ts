import type { Feature } from '../flow.ts';
import { cgroupFiles } from './cgroups.ts';
import type { Level } from './control.ts';

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

export const SAMPLES_FEATURE = 'request samples';

export function samplesFeature(on: boolean): Feature {
  return {
    name: SAMPLES_FEATURE,
    state: on ? 'on' : 'off',
    reason: on ? '' : 'it was switched off',
    lost: 'the share of the network in the time of a request, where both ends are on this machine',
  };
}

/** Name by which it is left out. */
export const PAYLOAD_FEATURE = 'payload parsing';

/**
 * @param obstacle why no payload is read at all, `null` when it is
 * @param level what is looked at now, and why no more
 */
export function payloadFeature(obstacle: string | null, level: Level, reason: string): Feature {
  const name = PAYLOAD_FEATURE;
  const lost =
    'operations, statuses and requests that do not take turns, such as pipelined or multiplexed ones';
  if (obstacle !== null) return { name, state: 'off', reason: obstacle, lost };
  if (level === 'payload') return { name, state: 'on', reason: '', lost };
  const instead = level === 'turns' ? 'requests are told from turns' : 'only connections are counted';
  return { name, state: 'fallback', reason: `${reason}; ${instead} for the time being`, lost };
}

export function ownerFeature(): Feature {
  const there = cgroupFiles() !== null;
  return {
    name: 'cgroups',
    state: there ? 'on' : 'off',
    reason: there ? '' : 'cgroup version 2 is not mounted',
    lost: 'which container a process belongs to',
    ...(there ? { by: 'cgroup version 2' } : {}),
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
