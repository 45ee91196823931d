import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import type { BpfMap, BpfObject } from '../../bpf-ringbuf-napi/index.js';
import { readChunks, type TappedChunk } from '../chunk.ts';
import { type KernelCounters, readCounters } from '../layout.ts';
import { OBJECT_FILE } from '../probe.ts';
import { type LoadOptions, loadPrograms } from '../programs.ts';
import { openSocketTable, type SocketTable, tableSize } from '../socket-table.ts';
import { watch } from '../watched.ts';

/** The kernel programs alone, watching one new namespace, with the tap on. */
export interface Tapped {
  /** Name of the namespace. */
  readonly netns: string;
  readonly inum: number;
  /** Runs a program in the namespace and returns what it printed. */
  run(program: string, ...parameters: readonly string[]): string;
  readonly object: BpfObject;
  map(name: string): BpfMap;
  readonly sockets: SocketTable;
  /** Every chunk since the last call, with bytes of its own. */
  chunks(): readonly TappedChunk[];
  counters(): KernelCounters;
  /** From here on nothing is seen; maps can still be read, and iterators run. */
  detach(): void;
  close(): void;
}

const DEFAULTS: LoadOptions = {
  objectFile: OBJECT_FILE,
  without: [],
  filtering: true,
  ringBytes: 1 << 20,
  maxSockets: 1024,
  maxHistograms: 1024,
  maxConversations: 1024,
  sampleShift: 3,
  payloadBytes: 1 << 22,
  maxParsed: 64,
  clearText: false,
};

let namespaces = 0;

export function tap(options: Partial<LoadOptions> = {}): Tapped {
  const netns = `flt-${process.pid}-tap-${namespaces++}`;
  const programs = loadPrograms({ ...DEFAULTS, ...options });
  const { object } = programs;
  const close = () => {
    programs.detach();
    object.close();
    execFileSync('ip', ['netns', 'delete', netns]);
  };
  execFileSync('ip', ['netns', 'add', netns]);
  try {
    execFileSync('ip', ['netns', 'exec', netns, 'ip', 'link', 'set', 'lo', 'up']);
    const { ino } = statSync(`/run/netns/${netns}`);
    watch(object.map('watched'), object.map('watched_hints')).add(ino);
    programs.attach();
    const ring = object.ring('payloads');
    const buffer = new Uint8Array(1 << 22);
    return {
      netns,
      inum: ino,
      run: (program, ...parameters) =>
        execFileSync('ip', ['netns', 'exec', netns, program, ...parameters], { encoding: 'utf8' }),
      object,
      map: (name) => object.map(name),
      sockets: openSocketTable(
        object.map('rows').memory(),
        object.map('sockets'),
        tableSize(options.maxSockets ?? DEFAULTS.maxSockets),
      ),
      chunks() {
        const found: TappedChunk[] = [];
        for (let bytes = -1; bytes !== 0; ) {
          ({ bytes } = ring.drain(buffer));
          readChunks(buffer.subarray(0, bytes), (each) => found.push({ ...each, bytes: each.bytes.slice() }));
        }
        return found;
      },
      counters: () => readCounters(object.map('counters').lookup(new Uint8Array(4)) ?? new Uint8Array()),
      detach: () => programs.detach(),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
