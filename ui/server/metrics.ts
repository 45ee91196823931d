import type { ServerCounters } from './counters.ts';
import type { Sources } from './sources.ts';

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Prometheus text format 0.0.4. */
export async function metrics(sources: Sources, counters: ServerCounters): Promise<string> {
  return [
    family('faultline_build_info', 'gauge', 'Version that is running.', [
      { labels: { version: sources.version }, value: 1 },
    ]),
    family(
      'faultline_http_requests_total',
      'counter',
      'Requests answered, by route and status.',
      [...counters.requests.values()].map(({ route, status, count }) => ({
        labels: { route, status: String(status) },
        value: count,
      })),
    ),
    family('faultline_event_streams', 'gauge', 'Pages that listen for changes.', [
      { value: counters.streams },
    ]),
    family('faultline_events_sent_total', 'counter', 'Events sent to listening pages.', [
      { value: counters.events },
    ]),
    ...(await storeFamilies(sources)),
    ...probeFamilies(sources),
  ].join('');
}

async function storeFamilies({ reader }: Sources): Promise<string[]> {
  const range = await reader.range();
  if (range === null) return [];
  const rows = await reader.coverage(range);
  const sum = (of: (row: (typeof rows)[number]) => number): Sample[] => [
    { value: rows.reduce((total, row) => total + of(row), 0) },
  ];
  return [
    family('faultline_store_newest_seconds', 'gauge', 'Time of the newest data, seconds since the epoch.', [
      { value: range.to / 1e6 },
    ]),
    family(
      'faultline_store_connections_seen',
      'gauge',
      'Connections seen in the period kept.',
      sum((r) => r.seen),
    ),
    family(
      'faultline_store_connections_lost',
      'gauge',
      'Connections lost in the period kept.',
      sum((r) => r.lost),
    ),
    family(
      'faultline_store_ends',
      'gauge',
      'Flow ends in the period kept.',
      sum((r) => r.ends),
    ),
    family(
      'faultline_store_ends_unresolved',
      'gauge',
      'Flow ends without a name in the period kept.',
      sum((r) => r.unresolved),
    ),
  ];
}

function probeFamilies({ counters, features }: Sources): string[] {
  const now = counters?.();
  const parts = features?.() ?? [];
  const counter = (name: string, help: string, value: number): string =>
    family(name, 'counter', help, [{ value }]);
  return [
    ...(now === undefined
      ? []
      : [
          counter('faultline_probe_sockets_total', 'Sockets the kernel programs met.', now.sockets),
          counter('faultline_probe_ring_records_total', 'Events sent to the ring.', now.ringRecords),
          counter('faultline_probe_ring_full_total', 'Events the full ring refused.', now.ringFull),
          counter('faultline_probe_map_full_total', 'Sockets the full map refused.', now.mapFull),
          counter(
            'faultline_probe_latencies_lost_total',
            'Requests counted without their latency.',
            now.latenciesLost,
          ),
          counter(
            'faultline_probe_conntrack_overflows_total',
            'Times the address translations had to be read again.',
            now.conntrackOverflows,
          ),
          counter('faultline_probe_connections_lost_total', 'Connections lost for good.', now.lost),
        ]),
    ...(parts.length === 0
      ? []
      : [
          family(
            'faultline_probe_feature_on',
            'gauge',
            'Optional parts of the probe: 1 on, 0.5 on a fallback, 0 off.',
            parts.map(({ name, state }) => ({
              labels: { feature: name },
              value: state === 'on' ? 1 : state === 'fallback' ? 0.5 : 0,
            })),
          ),
        ]),
  ];
}

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels = {}, value }) => {
    const list = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
    return `${name}${list.length === 0 ? '' : `{${list.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
