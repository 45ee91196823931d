import type { ServerCounters } from './counters.ts';
import { family, type Sample } from './metric-family.ts';
import { probeFamilies } from './metrics-probe.ts';
import type { Sources } from './sources.ts';

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
