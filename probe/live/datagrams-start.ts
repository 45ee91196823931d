import { type BpfObject, kernelEnum } from '../bpf-ringbuf-napi/index.js';
import type { ProbeCounters } from '../flow.ts';
import { createDatagrams, type DatagramSources, type Datagrams } from './datagrams.ts';
import { DATAGRAM_COUNTERS } from './datagrams-layout.ts';
import { createLocalAddresses } from './datagrams-local.ts';
import { createDnsTracker } from './dns.ts';
import { createDrops, type Drops } from './drops.ts';
import { dropReasons } from './drops-reasons.ts';
import { sumCounters } from './layout.ts';

type Around = Pick<
  DatagramSources,
  'clock' | 'boot' | 'nat' | 'netnsName' | 'ownerOf' | 'drops' | 'readsNames'
>;
type Counted = Pick<ProbeCounters, 'datagrams' | 'nameMessages' | 'drops'>;

/** Follows the conversations the loaded kernel programs count. */
export function followDatagrams(object: BpfObject, around: Around): Datagrams & { counters(): Counted } {
  const datagrams = createDatagrams({
    ...around,
    conversations: object.map('conversations'),
    ring: object.ring('datagrams'),
    dns: createDnsTracker(),
    addresses: createLocalAddresses(),
    monotonicNs: () => Number(process.hrtime.bigint()),
  });
  return Object.assign(datagrams, {
    counters: () => {
      const counts = readDatagramCounters(object);
      const { seen, messages } = datagrams;
      return {
        datagrams: { made: counts.datagrams, seen, lost: counts.unplaced },
        nameMessages: { made: counts.payloads, seen: messages, lost: counts.payloadsLost },
        drops: {
          packets: counts.drops,
          packetsUnplaced: counts.dropsUnplaced,
          ofSockets: counts.socketDrops,
          ofSocketsUnplaced: counts.socketDropsUnplaced,
        },
      };
    },
  });
}

/** The packets the loaded kernel programs see dropped. */
export function followDrops(object: BpfObject, netnsName: (netns: number) => string | null): Drops {
  return createDrops({
    drops: object.map('drops'),
    socketDrops: object.map('socket_drops'),
    reasons: dropReasons(kernelEnum('skb_drop_reason')),
    netnsName,
    counted: () => readDatagramCounters(object).socketDrops,
  });
}

function readDatagramCounters(object: BpfObject): Record<(typeof DATAGRAM_COUNTERS)[number], number> {
  const value = object.map('datagram_counters').lookup(new Uint8Array(4));
  return sumCounters(DATAGRAM_COUNTERS, value ?? new Uint8Array());
}
