import { expect, test } from 'vitest';
import { needs } from '../../.ci/needs.ts';
import { measureUnder } from './testing/vm/boot.ts';
import type { Calls } from './testing/vm/calls.ts';
import { type Coverage, measureCoverage, type Scenario } from './testing/vm/coverage.ts';
import { fetchKernel, imageOf, type Series } from './testing/vm/packages.ts';
import type { Ends } from './testing/vm/sums.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'iptables', 'busybox'] as const;

/** Features that differ between kernels, with what does them. */
const BY_TRACEPOINTS = {
  'sent bytes of live connections': 'tracepoint sock_send_length',
  requests: 'tracepoint sock_recv_length',
  'waiting time': 'tracepoint sk_data_ready',
};
const BY_FUNCTIONS = {
  'sent bytes of live connections': 'function tcp_sendmsg',
  requests: 'function tcp_cleanup_rbuf',
  'waiting time': 'function sock_def_readable',
};
const OTHERS: Readonly<Record<Series, Readonly<Record<string, string>>>> = {
  '6.1': { ...BY_FUNCTIONS, 'request start': 'function tcp_sendmsg' },
  '6.12': { ...BY_TRACEPOINTS, 'request start': 'function tcp_sendmsg' },
};

test('the kernel of this machine sees all of the traffic', async (context) => {
  needs(context, ...NEEDS);
  expectEverythingSeen(await measureCoverage());
});

for (const [series, parts] of Object.entries(OTHERS)) {
  test(`Linux ${series} sees all of the same traffic`, async (context) => {
    needs(context, ...NEEDS, 'qemu', 'cpio', 'gcc');
    const kernel = await fetchKernel(series as Series).catch((error: Error) =>
      context.skip(`cannot be fetched here: ${error.message}`),
    );
    const { coverage, calls } = await measureUnder(kernel);
    expect(coverage.kernel).toBe(kernel.version);
    expect(kernel.version).toMatch(new RegExp(`^${series}\\.`));
    for (const [name, by] of Object.entries(parts)) {
      const state = by.startsWith('tracepoint') ? 'on' : 'fallback';
      expect(coverage.features.find((feature) => feature.name === name)).toMatchObject({ state, by });
    }
    expectEverythingSeen(coverage);
    expectEveryByteTapped(calls);
    /* SYS_ADMIN and NET_ADMIN, bits 21 and 12: all the rest was dropped before the traffic began. */
    expect(coverage.capabilities).toBe('0000000000201000');
  });
}

/** Whatever the kernel: the probe's account is the client's. */
function expectEverythingSeen({ scenarios, made, datagrams, counters, features }: Coverage): void {
  expect(features.filter(({ state }) => state === 'off')).toEqual([]);
  expect(counters).toMatchObject({
    sockets: made,
    datagrams: { made: datagrams, seen: datagrams, lost: 0 },
    lost: 0,
    latenciesLost: 0,
  });
  const seen = scenarios.reduce(
    (sum, { clients, servers }) => sum + clients.connections + servers.connections,
    0,
  );
  const udp = scenarios.find(({ name }) => name === 'UDP')!.books.connections;
  expect(seen).toBe(made + 2 * udp);
  for (const scenario of scenarios) {
    const { clients, servers } = EXPECTED[scenario.name]!(scenario);
    expect(scenario, scenario.name).toMatchObject({ clients, servers });
  }
  expect(new Set(scenarios.map(({ name }) => name))).toEqual(new Set(Object.keys(EXPECTED)));
}

/** Whatever the call: each direction of each end is there without a gap, and where it can be read, rightly. */
function expectEveryByteTapped({ printed, pieces, lost }: Calls): void {
  expect(lost).toBe(0);
  const lines = printed
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  for (const [direction, role, received] of [
    ['send', 'client', false],
    ['receive', 'server', true],
    ['answer', 'server', false],
    ['taken', 'client', true],
  ] as const) {
    const mine = pieces.filter((piece) => piece.role === role && piece.received === received);
    let end = 0;
    for (const { offset, length } of mine) {
      expect(offset).toBe(end);
      end += length;
    }
    const done = lines.filter(([which]) => which === direction);
    expect(done.length).toBeGreaterThan(0);
    let at = 0;
    for (const [, name, bytes, readable] of done) {
      const piece = mine.find(({ offset }) => offset === at);
      if (direction === 'send' && readable === '1' && !['late', 'write'].includes(name!))
        expect(piece).toMatchObject({ length: Number(bytes), text: expect.stringContaining(`GET /${name}`) });
      if (direction === 'receive' && ['read', 'readv', 'recvfrom', 'recvmsg'].includes(name!))
        expect(piece).toMatchObject({ length: Number(bytes), text: expect.stringContaining('GET /answers') });
      at += Number(bytes);
    }
    expect(end).toBe(at);
  }
}

interface Expected {
  readonly clients: Partial<Ends>;
  readonly servers: Partial<Ends>;
}

const NOBODY = { connections: 0 };

/** Connections that opened, asked and were answered. */
function answered({ books }: Scenario, more: Partial<Ends> = {}): Expected {
  const { connections, answered: requests, failed: failedRequests, sent, received } = books;
  expect(requests).toBeGreaterThan(0);
  const both = {
    connections,
    opened: connections,
    closed: connections,
    owned: connections,
    preexisting: 0,
    requests,
    failedRequests,
    timed: requests,
    failures: {},
    resetBy: {},
    protocols: { http: connections },
    translations: { none: connections },
    ...more,
  };
  return {
    clients: { ...both, bytesSent: sent, bytesReceived: received, waits: 0 },
    servers: { ...both, bytesSent: received, bytesReceived: sent, waits: requests, services: requests },
  };
}

/** Connections whose request was never answered: it has failed on both ends. */
function unanswered({ books }: Scenario, error: string, more: Partial<Ends>): Expected {
  const { connections, sent } = books;
  expect(books.errors).toEqual({ [error]: connections });
  const both = {
    connections,
    opened: connections,
    closed: connections,
    owned: connections,
    requests: connections,
    failedRequests: connections,
    timed: 0,
    statuses: { 0: connections },
    ...more,
  };
  return { clients: { ...both, bytesSent: sent }, servers: { ...both, bytesReceived: sent } };
}

function neverOpened({ books }: Scenario, error: string, failure: string): Expected {
  const { connections } = books;
  expect(books.errors).toEqual({ [error]: connections });
  const clients = {
    connections,
    opened: 0,
    closed: 0,
    owned: connections,
    requests: 0,
    failures: { [failure]: connections },
  };
  return { clients, servers: NOBODY };
}

function conversations({ books }: Scenario): Expected {
  const { connections, sent, received } = books;
  const both = {
    connections,
    opened: connections,
    closed: connections,
    owned: connections,
    protocols: { udp: connections },
  };
  return {
    clients: { ...both, bytesSent: sent, bytesReceived: received },
    servers: { ...both, bytesSent: received, bytesReceived: sent },
  };
}

const translated = ({ books }: Scenario) => ({ translations: { conntrack: books.connections } });
const failing = ({ books }: Scenario) => ({ statuses: { 500: books.connections, 503: books.connections } });
const reset = ({ books }: Scenario, by: string) => ({
  failures: { reset: books.connections },
  resetBy: { [by]: books.connections },
});

const EXPECTED: Readonly<Record<string, (scenario: Scenario) => Expected>> = {
  'older than the probe': (scenario) => {
    const { connections } = scenario.books;
    const older = {
      ...translated(scenario),
      opened: 0,
      preexisting: connections,
      statuses: { 500: connections },
    };
    return answered(scenario, older);
  },
  short: (scenario) => answered(scenario, translated(scenario)),
  long: (scenario) => answered(scenario, { ...translated(scenario), ...failing(scenario) }),
  IPv6: (scenario) => answered(scenario, failing(scenario)),
  loopback: (scenario) => answered(scenario),
  sendfile: (scenario) => answered(scenario),
  'half-closed': (scenario) => answered(scenario),
  'reset by client': (scenario) =>
    answered(scenario, { ...translated(scenario), ...reset(scenario, 'client') }),
  'reset by server': (scenario) => unanswered(scenario, 'ECONNRESET', reset(scenario, 'server')),
  unanswered: (scenario) => unanswered(scenario, 'gave up', { failures: {}, resetBy: {} }),
  UDP: (scenario) => conversations(scenario),
  refused: (scenario) => neverOpened(scenario, 'ECONNREFUSED', 'refused'),
  unreachable: (scenario) => neverOpened(scenario, 'EHOSTUNREACH', 'unreachable'),
};

test('the image is the one the newest metapackage of the series asks for', () => {
  const stanza = (version: string, image: string) =>
    `Package: linux-image-cloud-amd64\nVersion: ${version}\nDepends: linux-image-${image} (= ${version})\n`;
  const stanzas = [stanza('6.12.95-1', '6.12.95-cloud'), stanza('6.1.176-1', '6.1.0-50-cloud')].join('\n');
  expect(imageOf(stanzas, '6.1')).toBe('linux-image-6.1.0-50-cloud');
  expect(imageOf(stanzas, '6.12')).toBe('linux-image-6.12.95-cloud');
  expect(imageOf(stanzas, '6.6')).toBeNull();
});
