import type { Change } from '../../enrich/index.ts';
import type { DomainTag, Finding, Mechanism, Report } from '../finding.ts';
import { why } from '../why.ts';
import { type Fault, into } from './faults.ts';
import { memoryReader } from './memory-reader.ts';
import { FOUR_NODES, type Shop, shopOf } from './shop.ts';
import { START, simulate } from './simulate.ts';

/** What an answer says, short enough to compare. */
export interface Answer {
  readonly origin: string;
  readonly domain: string;
  readonly mechanism: Mechanism;
}

/** A kind of world with what must be found in it. */
export interface Case {
  readonly name: string;
  readonly faults: readonly Fault[];
  readonly service: string;
  readonly shop?: Shop;
  readonly seconds?: number;
  readonly onset?: number;
  readonly load?: number;
  readonly changes?: readonly Change[];
  /** In the order of their domains; the order of equals is left to the data. */
  readonly expected: readonly Partial<Answer>[];
  /** Domains that must be named as alias of the first. */
  readonly aliases?: readonly string[];
}

const between =
  (a: string, b: string): Fault['hits'] =>
  (client, server) =>
    (client.node === a && server.node === b) || (client.node === b && server.node === a);

const v2 = into('payment', ({ version }) => version === 'v2');

const ROLLOUT: Change = {
  at: START + 52_000_000,
  kind: 'rollout',
  namespace: 'shop',
  subject: 'payment',
  what: 'v1 → v2',
  tags: { version: 'v2', image: 'payment:v2' },
};

export const CASES: readonly Case[] = [
  {
    name: 'a bad version',
    faults: [{ hits: v2, fails: 0.3 }],
    service: 'checkout',
    expected: [{ origin: 'checkout > payment', domain: 'server version=v2', mechanism: 'errors' }],
    aliases: ['server image=payment:v2'],
  },
  {
    name: 'a slow version, after 20 seconds',
    faults: [{ hits: v2, slower: 60 }],
    service: 'checkout',
    seconds: 80,
    expected: [{ origin: 'checkout > payment', domain: 'server version=v2', mechanism: 'slow service' }],
  },
  {
    name: 'a slow version under little load',
    faults: [{ hits: v2, slower: 60 }],
    service: 'checkout',
    load: 8,
    expected: [{ origin: 'checkout > payment', domain: 'server version=v2', mechanism: 'slow service' }],
  },
  {
    name: 'one bad instance',
    faults: [{ hits: into('cart', ({ name }) => name === 'cart-1'), fails: 0.5 }],
    service: 'frontend',
    expected: [{ origin: 'cart', domain: 'server pod=cart-1', mechanism: 'errors' }],
    aliases: ['server node=n2'],
  },
  {
    name: 'one slow instance',
    faults: [{ hits: into('catalogue', ({ name }) => name === 'catalogue-2'), slower: 60 }],
    service: 'frontend',
    expected: [{ origin: 'catalogue', domain: 'server pod=catalogue-2', mechanism: 'slow service' }],
  },
  {
    name: 'a slow node',
    faults: [{ hits: (_, server) => server.node === 'n2', factor: 8, slower: 20 }],
    service: 'frontend',
    expected: [{ domain: 'server node=n2', mechanism: 'slow service' }],
  },
  {
    name: 'loss in one zone',
    faults: [{ hits: (client, server) => client.zone === 'b' || server.zone === 'b', loss: 0.03 }],
    service: 'frontend',
    expected: [{ domain: 'server zone=b (either)', mechanism: 'network loss' }],
    aliases: ['client zone=b'],
  },
  {
    name: 'a hundredth lost on the way into a zone',
    faults: [{ hits: (_, server) => server.zone === 'b', loss: 0.01 }],
    service: 'frontend',
    expected: [{ domain: 'server zone=b', mechanism: 'network loss' }],
  },
  {
    name: 'delay between two nodes',
    faults: [{ hits: between('n2', 'n3'), delay: 40 }],
    service: 'frontend',
    expected: [{ domain: 'client node=n2 & server node=n3 (either)', mechanism: 'network latency' }],
  },
  {
    name: 'a dependency that refuses',
    faults: [{ hits: into('shipping'), refuses: 1 }],
    service: 'checkout',
    expected: [{ origin: 'checkout > shipping', domain: '', mechanism: 'refused' }],
  },
  {
    name: 'connects that are dropped',
    faults: [{ hits: into('email'), drops: 0.6 }],
    service: 'checkout',
    expected: [{ origin: 'checkout > email', domain: '', mechanism: 'unreachable' }],
  },
  {
    name: 'connections that are broken off',
    faults: [{ hits: into('currency'), resets: 0.2 }],
    service: 'frontend',
    expected: [{ origin: 'currency', domain: '', mechanism: 'resets' }],
  },
  {
    name: 'a slow database, two hops down',
    faults: [{ hits: into('redis'), slower: 50 }],
    service: 'frontend',
    expected: [{ origin: 'cart > redis', domain: '', mechanism: 'slow service' }],
  },
  {
    name: 'overload',
    faults: [{ hits: into('currency'), wait: 80, load: 3 }],
    service: 'frontend',
    expected: [{ origin: 'currency', domain: '', mechanism: 'overload' }],
  },
  {
    name: 'a rollout in the one zone where the new version runs',
    faults: [{ hits: v2, fails: 0.4 }],
    service: 'checkout',
    shop: shopOf({ ...FOUR_NODES, payment: ['n1@v1', 'n2@v1', 'n3@v2', 'n4@v2'] }),
    changes: [ROLLOUT],
    expected: [{ origin: 'checkout > payment', domain: 'server version=v2', mechanism: 'errors' }],
    aliases: ['server image=payment:v2', 'server zone=b'],
  },
  {
    name: 'a caller that is cut off',
    faults: [{ hits: (client) => client.name === 'frontend-1', refuses: 0.5 }],
    service: 'frontend',
    expected: [{ origin: 'frontend', domain: 'client pod=frontend-1', mechanism: 'refused' }],
  },
  {
    name: 'one caller of two',
    faults: [
      { hits: (client, server) => client.workload === 'checkout' && server.workload === 'cart', fails: 0.4 },
    ],
    service: 'checkout',
    expected: [{ origin: 'checkout > cart', domain: '', mechanism: 'errors' }],
  },
  {
    name: 'a version for the clients of one zone',
    faults: [{ hits: (client, server) => v2(client, server) && client.zone === 'b', fails: 0.5 }],
    service: 'checkout',
    seconds: 120,
    expected: [
      {
        origin: 'checkout > payment',
        domain: 'server version=v2 & client pod=checkout-1',
        mechanism: 'errors',
      },
    ],
    aliases: ['server version=v2 & client zone=b'],
  },
  {
    name: 'two causes at once',
    faults: [
      { hits: v2, fails: 0.3 },
      { hits: into('redis'), slower: 50 },
    ],
    service: 'checkout',
    expected: [
      { origin: 'cart > redis', domain: '', mechanism: 'slow service' },
      { origin: 'checkout > payment', domain: 'server version=v2', mechanism: 'errors' },
    ],
  },
  {
    name: 'two bad instances that share no tag',
    faults: [
      { hits: into('payment', ({ name }) => name === 'payment-0' || name === 'payment-3'), slower: 60 },
    ],
    service: 'checkout',
    expected: [
      { origin: 'checkout > payment', domain: 'server pod=payment-0', mechanism: 'slow service' },
      { origin: 'checkout > payment', domain: 'server pod=payment-3', mechanism: 'slow service' },
    ],
  },
  {
    name: 'an incident after others that are over',
    faults: [
      { hits: into('redis'), slower: 60, from: 100, to: 150 },
      { hits: into('email'), refuses: 1, from: 200, to: 240 },
      { hits: v2, slower: 60, from: 300 },
    ],
    service: 'checkout',
    seconds: 330,
    onset: 300,
    expected: [{ origin: 'checkout > payment', domain: 'server version=v2', mechanism: 'slow service' }],
  },
];

/** Asks about a case's world. */
export function ask(
  { faults, service, shop, seconds = 90, onset = 60, load, changes = [] }: Case,
  seed: number,
): Promise<Report> {
  const rows = simulate({
    seed,
    seconds,
    onset,
    faults,
    ...(shop === undefined ? {} : { shop }),
    ...(load === undefined ? {} : { load }),
  });
  return why(memoryReader(rows, changes), { service: { namespace: 'shop', workload: service } });
}

export function answerOf({ origin, domain, ends, mechanism }: Finding): Answer {
  const place =
    'server' in origin ? `${origin.client.workload} > ${origin.server.workload}` : origin.workload;
  return { origin: place, domain: `${said(domain)}${ends === undefined ? '' : ` (${ends})`}`, mechanism };
}

export function said(domain: readonly DomainTag[]): string {
  return domain.map(({ side, tag, value }) => `${side} ${tag}=${value}`).join(' & ');
}
