import type { Endpoint } from '../../enrich/index.ts';
import type { EdgeRow } from '../../graph/index.ts';
import { histogramOf } from '../../probe/index.ts';
import { NOTHING } from '../counts.ts';
import { type Pod, tagsOf } from './shop.ts';

/** What happened between two pods in one window; times in milliseconds. */
export interface Entry {
  opened: number;
  closed: number;
  refused: number;
  timedOut: number;
  reset: number;
  requests: number;
  failed: number;
  segments: number;
  retransmits: number;
  readonly latency: number[];
  readonly wait: number[];
  readonly service: number[];
  readonly rtt: number[];
  readonly connect: number[];
}

export class Ledger {
  readonly #entries = new Map<
    string,
    { window: number; client: Pod; server: Pod; port: number; entry: Entry }
  >();
  readonly #endpoints = new Map<Pod, Endpoint>();

  entry(window: number, client: Pod, server: Pod, port: number): Entry {
    const key = `${window} ${client.name} ${server.name}`;
    let row = this.#entries.get(key);
    if (!row) {
      row = { window, client, server, port, entry: blank() };
      this.#entries.set(key, row);
    }
    return row.entry;
  }

  rows(): EdgeRow[] {
    return [...this.#entries.values()].map(({ window, client, server, port, entry }) => ({
      window,
      client: this.#endpoint(client),
      server: this.#endpoint(server),
      port,
      counts: {
        ...NOTHING,
        opened: entry.opened,
        closed: entry.closed,
        refused: entry.refused,
        timedOut: entry.timedOut,
        resetByServer: entry.reset,
        requests: entry.requests,
        failedRequests: entry.failed,
        segments: entry.segments,
        retransmits: entry.retransmits,
        latency: micros(entry.latency),
        wait: micros(entry.wait),
        service: micros(entry.service),
        rtt: micros(entry.rtt),
        connect: micros(entry.connect),
      },
    }));
  }

  #endpoint(pod: Pod): Endpoint {
    let endpoint = this.#endpoints.get(pod);
    if (!endpoint) {
      endpoint = { resolution: 'process', tags: tagsOf(pod), candidates: [] };
      this.#endpoints.set(pod, endpoint);
    }
    return endpoint;
  }
}

function micros(milliseconds: readonly number[]) {
  return histogramOf(milliseconds.map((value) => value * 1000));
}

function blank(): Entry {
  return {
    opened: 0,
    closed: 0,
    refused: 0,
    timedOut: 0,
    reset: 0,
    requests: 0,
    failed: 0,
    segments: 0,
    retransmits: 0,
    latency: [],
    wait: [],
    service: [],
    rtt: [],
    connect: [],
  };
}
