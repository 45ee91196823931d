import type { BpfObject } from '../bpf-ringbuf-napi/index.js';
import type { ProbeCounters } from '../flow.ts';
import { createDatagrams, type DatagramSources, type Datagrams } from './datagrams.ts';
import { DATAGRAM_COUNTERS } from './datagrams-layout.ts';
import { createLocalAddresses } from './datagrams-local.ts';
import { createDnsTracker } from './dns.ts';
import { sumCounters } from './layout.ts';

type Around = Pick<DatagramSources, 'clock' | 'boot' | 'nat' | 'netnsName' | 'ownerOf'>;
type Counted = Pick<ProbeCounters, 'datagrams' | 'datagramsLost' | 'nameMessages' | 'nameMessagesLost'>;

/** Follows the conversations the loaded kernel programs count. */
export function followDatagrams(object: BpfObject, around: Around): Datagrams & { counters(): Counted } {
  const datagrams = createDatagrams({
    ...around,
    conversations: object.map('conversations'),
    ring: object.ring('datagrams'),
    dns: createDnsTracker(),
    addresses: createLocalAddresses(),
    monotonicNs: () => Number(process.hrtime.bigint()),
    drops: () => [],
  });
  return Object.assign(datagrams, {
    counters: () => {
      const counts = readDatagramCounters(object);
      return {
        datagrams: counts.datagrams,
        datagramsLost: counts.unplaced,
        nameMessages: counts.payloads,
        nameMessagesLost: counts.payloadsLost,
      };
    },
  });
}

export function readDatagramCounters(object: BpfObject): Record<(typeof DATAGRAM_COUNTERS)[number], number> {
  const value = object.map('datagram_counters').lookup(new Uint8Array(4));
  return sumCounters(DATAGRAM_COUNTERS, value ?? new Uint8Array());
}
