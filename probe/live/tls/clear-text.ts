import type { BpfObject } from '../../bpf-ringbuf-napi/index.js';
import type { Feature } from '../../flow.ts';
import { clearTextFeature } from './feature.ts';
import { type MappedFile, mappedFiles } from './mapped.ts';
import { type Probed, probeFile } from './probes.ts';
import { createChooser, PROCESS_FILES, type ProcessPattern, plainNames } from './processes.ts';

export interface ClearTextOptions {
  /** Whose clear text of TLS is read. Reading it costs each call of OpenSSL about a microsecond. */
  readonly processes: readonly ProcessPattern[];
}

/** Reads what chosen processes send and receive through TLS; files are probed as processes that use them come and go. */
export interface ClearText {
  /** Looks again, best every second. */
  follow(now: number): void;
  feature(): Feature;
  close(): void;
}

/** Processes are looked into at each of their first rounds, then at every so many: libraries are loaded early. */
const YOUNG_LOOKS = 10;
const ROUNDS = 10;
/** A file that no chosen process uses any more stays probed as long: programs that run now and then are seen at once. */
const KEEP_UNUSED_MICROS = 30_000_000;
/** Files probed at the same time; a machine with more images of OpenSSL has the rest left out. */
const MAX_FILES = 256;
/** struct tls_chosen: pid, name. */
const CHOSEN_SIZE = 20;
const NAME_SIZE = 15;

export function followClearText(object: BpfObject, { processes }: ClearTextOptions): ClearText {
  const map = object.map('tls_processes');
  const chooser = createChooser(processes, PROCESS_FILES);
  const files = new Map<string, Probed & { used: number }>();
  /** How often each chosen process was looked into. */
  const looks = new Map<number, number>();
  let round = 0;

  const use = (mapped: MappedFile, now: number) => {
    const known = files.get(mapped.key);
    if (known !== undefined) known.used = now;
    else if (files.size < MAX_FILES) files.set(mapped.key, { ...probeFile(object, mapped), used: now });
  };

  const leave = (pid: number) => {
    looks.delete(pid);
    map.delete(keyOf(pid));
  };

  const look = (pid: number, now: number) => {
    const before = looks.get(pid) ?? 0;
    if (before === 0) map.update(keyOf(pid), Uint8Array.of(1));
    looks.set(pid, before + 1);
    if (before >= YOUNG_LOOKS && pid % ROUNDS !== round) return;
    for (const mapped of mappedFiles(pid)) use(mapped, now);
  };

  for (const name of plainNames(processes)) map.update(keyOf(0, name), Uint8Array.of(1));

  return {
    follow(now) {
      round = (round + 1) % ROUNDS;
      const chosen = chooser.choose();
      for (const pid of looks.keys()) if (!chosen.has(pid)) leave(pid);
      for (const pid of chosen) look(pid, now);
      for (const [key, { used, links }] of files) {
        if (now - used < KEEP_UNUSED_MICROS) continue;
        for (const link of links) link.detach();
        files.delete(key);
      }
    },
    feature: () => clearTextFeature([...files.values()]),
    close() {
      for (const { links } of files.values()) for (const link of links) link.detach();
      files.clear();
    },
  };
}

function keyOf(pid: number, name = ''): Uint8Array {
  const key = new Uint8Array(CHOSEN_SIZE);
  new DataView(key.buffer).setUint32(0, pid, true);
  key.set(new TextEncoder().encode(name).subarray(0, NAME_SIZE), 4);
  return key;
}
