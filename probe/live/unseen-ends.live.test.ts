import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, expect, test } from 'vitest';
import { needs } from '../../.ci/needs.ts';
import { sortSweep } from './batch.ts';
import { RECORD_SIZE, record } from './layout.ts';
import { type Tapped, tap } from './testing/tapped.ts';
import { createUnseenEnds, whereabouts } from './unseen-ends.ts';

beforeEach((context) => needs(context, 'linux', 'root', 'btf', 'addon', 'bpf', 'ip'));

/** Two connections to itself; ends the first when it is told to. */
const TALKER = `
const net = require('node:net');
const server = net.createServer((socket) => socket.on('error', () => {}).resume());
server.listen(7100, '127.0.0.1', async () => {
  const open = () => new Promise((done) => {
    const socket = net.connect(7100, '127.0.0.1', () => socket.write('x', () => done(socket)));
  });
  const [first] = [await open(), await open()];
  console.log('open');
  process.stdin.once('data', () => first.destroy());
  first.on('close', () => setTimeout(() => console.log('over'), 200));
});
process.stdin.on('end', () => process.exit());
`;

function talker({ netns }: Tapped): ChildProcess {
  return spawn('ip', ['netns', 'exec', netns, process.execPath, '-e', TALKER], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

test('connections whose end no program saw are found, and those that live are left alone', async () => {
  const tapped = tap();
  const talking = talker(tapped);
  try {
    const { netns, inum, object } = tapped;
    const ends = createUnseenEnds(
      whereabouts({ object }, () => new Map([[inum, `/run/netns/${netns}`]])),
      0,
    );
    /** Of several sweeps: roles of the connections found gone, and how many the table held last. */
    const sweeps = () => {
      const gone: number[] = [];
      let size = 0;
      for (let i = 0; i < 8; i++) {
        const { count, values, places } = tapped.sockets.sweep();
        const nowNs = Number(process.hrtime.bigint());
        const { view, live } = sortSweep(values, count, nowNs);
        for (const base of ends.among(view, live, nowNs)) {
          gone.push(record.role(view, base));
          const place = places[base / RECORD_SIZE]!;
          tapped.sockets.release(place, values.subarray(base, base + RECORD_SIZE));
        }
        size = count;
      }
      return { gone: gone.sort(), size };
    };

    await once(talking.stdout!, 'data');
    expect(sweeps()).toEqual({ gone: [], size: 4 });
    tapped.detach();
    talking.stdin!.write('end\n');
    await once(talking.stdout!, 'data');
    expect(sweeps()).toEqual({ gone: [1, 2], size: 2 });
  } finally {
    talking.stdin!.end();
    await once(talking, 'exit');
    tapped.close();
  }
});
