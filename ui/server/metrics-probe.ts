import type { Feature, ProbeCounters } from '../../probe/index.ts';
import { family, type Sample } from './metric-family.ts';
import type { Sources } from './sources.ts';

/** What the probe counted, and which of its parts run. */
export function probeFamilies({ counters, features }: Pick<Sources, 'counters' | 'features'>): string[] {
  const now = counters?.();
  return [...(now === undefined ? [] : countersOf(now)), ...featuresOf(features?.() ?? [])];
}

function countersOf(now: ProbeCounters): string[] {
  return [
    counter('sockets', 'Sockets the kernel programs met.', now.sockets),
    counter('ring_records', 'Events sent to the ring.', now.ringRecords),
    counter('ring_full', 'Events the full ring refused.', now.ringFull),
    counter('map_full', 'Sockets the full map refused.', now.mapFull),
    counter('latencies_lost', 'Requests counted without their latency.', now.latenciesLost),
    counter(
      'conntrack_overflows',
      'Times the address translations had to be read again.',
      now.conntrackOverflows,
    ),
    counter('connections_lost', 'Connections lost for good.', now.lost),
    counters('level_seconds', 'Time at each level of what is looked at.', 'level', now.levelSeconds),
    family('faultline_probe_level', 'gauge', 'How much is looked at now: 1 at this level, 0 at the others.', [
      ...labelled('level', { payload: 0, turns: 0, connections: 0, [now.level]: 1 }),
    ]),
    counters(
      'payload_chunks',
      'Pieces of payload; those lost or cut are among the made.',
      'state',
      now.chunks,
    ),
    family(
      'faultline_probe_conversations',
      'gauge',
      'Connections whose payload was looked at, by what became of them; doubtful ones are among the parsed.',
      labelled('state', now.conversations),
    ),
    counters(
      'sampled_halves',
      'Halves of sampled requests; two matched ones make a network time.',
      'state',
      now.network,
    ),
    counters('datagrams', 'Datagrams over UDP.', 'state', { ...now.datagrams }),
    counter(
      'clear_text_untied',
      'Calls of a TLS library with clear text whose connection is not known.',
      now.clearUntied,
    ),
    counters('name_messages', 'Messages of the name service.', 'state', { ...now.nameMessages }),
    counters('packet_drops', 'Packets the kernel dropped.', 'kind', {
      all: now.drops.packets,
      all_unplaced: now.drops.packetsUnplaced,
      of_sockets: now.drops.ofSockets,
      of_sockets_unplaced: now.drops.ofSocketsUnplaced,
    }),
  ];
}

function featuresOf(features: readonly Feature[]): string[] {
  if (features.length === 0) return [];
  const samples = features.map(({ name, state }) => ({
    labels: { feature: name },
    value: state === 'on' ? 1 : state === 'fallback' ? 0.5 : 0,
  }));
  const help = 'Optional parts of the probe: 1 on, 0.5 on a fallback, 0 off.';
  return [family('faultline_probe_feature_on', 'gauge', help, samples)];
}

function counter(name: string, help: string, value: number): string {
  return family(`faultline_probe_${name}_total`, 'counter', help, [{ value }]);
}

function counters(
  name: string,
  help: string,
  label: string,
  values: Readonly<Record<string, number>>,
): string {
  return family(`faultline_probe_${name}_total`, 'counter', help, labelled(label, values));
}

function labelled(label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value }));
}
