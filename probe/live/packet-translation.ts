import { Conntrack } from '../bpf-ringbuf-napi/index.js';
import type { Feature } from '../flow.ts';
import { TRANSLATION } from './features.ts';

/** The feature of the program that reads translations off packets, as the program table has it. */
export const PACKET_TRANSLATION = 'translation read off the packet';

/**
 * Whether translations are read off the first packets. That program runs for every packet of the machine, and connection
 * tracking, where it can be read, tells the same of a connection a moment later: so it is for where that cannot.
 */
export function readsPackets(wanted: boolean | undefined, without: readonly string[]): boolean {
  return wanted ?? (without.includes(TRANSLATION) || !tracksConnections());
}

/** Of a feature that is left out because connection tracking does its work. */
export function toldByTracking(feature: Feature): Feature {
  if (feature.name !== PACKET_TRANSLATION || feature.state === 'on') return feature;
  return { ...feature, state: 'on', reason: '', by: 'connection tracking, at no cost for each packet' };
}

/** The table of this process's own namespace stands for all. */
function tracksConnections(): boolean {
  try {
    Conntrack.open().close();
    return true;
  } catch {
    return false;
  }
}
