import { KINDS, sum } from '../load/ledger.ts';
import { benchmark, integer, wrong } from '../load/usage.ts';
import { type Measured, measure } from './measure.ts';

const RING_BYTES = 4 << 20;
/** The map takes in what the ring refuses until the next sweep: a smaller ring comes with a smaller map. */
const RING_BYTES_OF_A_SOCKET = 64;

const HELP = `npm run -s bench -- probe-coverage [--connections 100000] [--json]

Makes real TCP connections as fast as the machine goes (IPv4 and IPv6, four in five short ones of one request, the others
refused, reset by either side or half-closed) and compares the books of those who made them with the probe's. Both ends
count: made = seen + lost, exactly. Needs root.

  --connections N  connections to make (100000)
  --processes N    processes that make them (4)
  --parallel N     connections at the same time of each process (64)
  --ring-bytes N   size of the kernel's ring, a power of two from 4096 (4194304)
  --max-sockets N  sockets tracked at the same time (one for each 64 bytes of the ring)
  --json           one JSON document
`;

await benchmark(
  {
    name: 'probe-coverage',
    help: HELP,
    options: {
      connections: { type: 'string', default: '100000' },
      processes: { type: 'string', default: '4' },
      parallel: { type: 'string', default: '64' },
      'ring-bytes': { type: 'string', default: String(RING_BYTES) },
      'max-sockets': { type: 'string' },
      json: { type: 'boolean', default: false },
    } as const,
  },
  async (values) => {
    const ringBytes = integer('ring-bytes', values['ring-bytes'], 4096, 1 << 30);
    if (!Number.isInteger(Math.log2(ringBytes))) {
      throw wrong(`--ring-bytes cannot be "${ringBytes}".`, 'Give a power of two from 4096 on.');
    }
    const maxSockets = values['max-sockets'] ?? String(ringBytes / RING_BYTES_OF_A_SOCKET);
    const measured = await measure(
      {
        connections: integer('connections', values.connections, 1, 10_000_000),
        processes: integer('processes', values.processes, 1, 64),
        parallel: integer('parallel', values.parallel, 1, 512),
        ringBytes,
        maxSockets: integer('max-sockets', maxSockets, 1, 1 << 22),
      },
      (line) => process.stderr.write(`${line}\n`),
    );
    const result = resultOf(measured);
    console.log(values.json ? JSON.stringify(result) : table(result));
    process.exitCode = result.holds ? 0 : 1;
  },
);

type Result = ReturnType<typeof resultOf>;

function resultOf({ client, server, seen, counters, settleMillis }: Measured) {
  const ends = [
    ['client', client.made],
    ['server', server.made],
  ] as const;
  const made = sum(client.made) + sum(server.made);
  const { lost, sockets, ringRecords, ringFull, ringRecovered, endsUnseen, mapFull } = counters;
  return {
    made,
    seen: seen.count(),
    lost,
    unresolved: seen.unresolved(),
    holds: made === seen.count() + lost && seen.repeated() === 0 && seen.misjudged() === 0,
    misjudged: seen.misjudged(),
    repeated: seen.repeated(),
    connectionsPerSecond: Math.round(sum(client.made) / (client.nanos / 1e9)),
    settleMillis: Math.round(settleMillis),
    stages: {
      sockets,
      ringRecords,
      ringRefused: ringFull,
      recoveredBySweep: ringRecovered,
      endsUnseen,
      mapFull,
    },
    ends: ends.map(([role, counts]) => {
      const kinds = seen.kinds(role);
      return {
        role,
        made: sum(counts),
        seen: sum(kinds),
        kinds: KINDS.map((kind) => ({ kind, made: counts[kind], seen: kinds[kind] })),
      };
    }),
  };
}

function table(result: Result): string {
  const { made, seen, lost, unresolved, misjudged, repeated, stages } = result;
  const row = (name: string, ...numbers: readonly (number | string)[]) =>
    `${name.padEnd(22)}${numbers.map((number) => number.toLocaleString('en').padStart(12)).join('')}`;
  return [
    `${result.connectionsPerSecond.toLocaleString('en')} connections a second`,
    '',
    row('end and kind', 'made', 'seen'),
    ...result.ends.flatMap(({ role, kinds }) =>
      kinds
        .filter((kind) => kind.made > 0 || kind.seen > 0)
        .map((kind) => row(`${role} ${kind.kind}`, kind.made, kind.seen)),
    ),
    '',
    row('sockets met', stages.sockets),
    row('records in the ring', stages.ringRecords),
    row('  refused by it', stages.ringRefused),
    row('  ends from the sweep', stages.recoveredBySweep),
    row('ends nobody saw', stages.endsUnseen),
    row('no room in the map', stages.mapFull),
    '',
    row('made', made),
    row('seen + lost', `${seen} + ${lost}`),
    row('unresolved', unresolved),
    row('misjudged', misjudged),
    row('told twice', repeated),
    result.holds ? 'made = seen + lost' : 'the books do not agree',
  ].join('\n');
}
