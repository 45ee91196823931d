import type { Mechanism, SignalName } from '../../analysis/index.ts';

/** What users feel most comes first. */
export const SEVERITY: readonly SignalName[] = [
  'connect failures',
  'errors',
  'dns failures',
  'latency',
  'resets',
  'vanished',
  'wait before read',
  'round trip',
  'retransmits',
  'drops',
  'zero windows',
  'traffic',
];

export const COMPLAINTS: Readonly<Record<SignalName, string>> = {
  'connect failures': 'cannot be reached',
  errors: 'is failing',
  latency: 'is slow',
  resets: 'loses connections',
  vanished: 'is no longer called',
  'wait before read': 'is overloaded',
  'round trip': 'is far away',
  retransmits: 'loses packets',
  traffic: 'has unusual traffic',
  'dns failures': 'does not find names',
  'zero windows': 'does not read fast enough',
  drops: 'loses packets in a kernel',
};

/** The same of a service whose own answers are fine, or that nobody calls. */
export const WAITS: Readonly<Record<SignalName, string>> = {
  'connect failures': 'cannot reach what it calls',
  errors: 'gets errors from what it calls',
  latency: 'waits for what it calls',
  resets: 'loses connections to what it calls',
  vanished: 'has stopped calling',
  'wait before read': 'waits for what it calls',
  'round trip': 'is far from what it calls',
  retransmits: 'loses packets to what it calls',
  traffic: 'calls unusually often',
  'dns failures': 'does not find the names it asks for',
  'zero windows': 'calls what does not read fast enough',
  drops: 'loses packets in a kernel',
};

/** Signals that are times are measured by their P99. */
export const TIMES: Readonly<Partial<Record<SignalName, string>>> = {
  latency: 'P99',
  'round trip': 'P99 of the round trip',
  'wait before read': 'P99 of the wait before read',
};

export const QUANTITIES: Readonly<Record<SignalName, string>> = {
  'connect failures': 'failed connects',
  errors: 'errors',
  latency: 'slow requests',
  resets: 'resets',
  vanished: 'requests',
  'wait before read': 'wait before read',
  'round trip': 'round trip',
  retransmits: 'retransmits',
  traffic: 'requests',
  'dns failures': 'failed questions for names',
  'zero windows': 'times without room',
  drops: 'dropped packets',
};

/** What an accused workload does, as the rest of a sentence. */
export const PREDICATES: Readonly<Record<Mechanism, string>> = {
  'slow service': 'answers slowly',
  errors: 'answers with errors',
  overload: 'is overloaded: requests wait before they are read',
  'network loss': 'loses packets on the way',
  'network latency': 'is slow to reach: the added time is spent in the network',
  refused: 'refuses connections',
  unreachable: 'cannot be reached',
  resets: 'breaks off connections',
  dependency: 'is held up by something it depends on',
};

/** The same of a stretch of network. */
export const PLACE_PREDICATES: Readonly<Partial<Record<Mechanism, string>>> = {
  'network loss': 'loses packets',
  'network latency': 'is slow',
};

/** What callers feel; the other signals say how it comes about. */
export const FELT: ReadonlySet<SignalName> = new Set([
  'connect failures',
  'errors',
  'latency',
  'resets',
  'dns failures',
]);

/** What else an accused workload does, behind its predicate. */
export const ALSO: Readonly<Partial<Record<SignalName, string>>> = {
  'connect failures': 'and is hard to reach',
  errors: 'and fails',
  resets: 'and breaks off connections',
};

/** What the counts of a signal count, and what is bad about it. */
export const NOUNS: Readonly<Record<SignalName, readonly [noun: string, bad: string]>> = {
  errors: ['requests', 'failed'],
  latency: ['requests', 'slow'],
  'connect failures': ['connects', 'failed'],
  resets: ['connections', 'reset'],
  retransmits: ['segments', 'sent again'],
  'round trip': ['round trips', 'slow'],
  'wait before read': ['requests', 'kept waiting'],
  traffic: ['requests', 'too many or too few'],
  vanished: ['requests', 'missing'],
  'dns failures': ['questions', 'failed'],
  'zero windows': ['segments', 'without room'],
  drops: ['segments', 'dropped'],
};
