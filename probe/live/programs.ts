import { BpfError, BpfObject, type Link, tracepointArguments } from '../bpf-ringbuf-napi/index.js';
import { FaultlineError } from '../error.ts';
import type { Feature } from '../flow.ts';
import { PROGRAMS, type Program, REQUIRED, SEND_START } from './program-table.ts';

export interface LoadOptions {
  /** Names of features not wanted. */
  readonly without: readonly string[];
  readonly objectFile: string;
  readonly filtering: boolean;
  readonly ringBytes: number;
  readonly maxSockets: number;
  readonly maxHistograms: number;
}

export interface LoadedPrograms {
  readonly object: BpfObject;
  /** Attaches every tracepoint program; iterators are run, not attached. Programs the kernel refuses are off. */
  attach(): void;
  /** Nothing is counted any more; maps and ring can still be read. */
  detach(): void;
  isOn(program: string): boolean;
  features(): readonly Feature[];
}

/**
 * Loads what this kernel can run. A program it refuses is left out, and the rest tried again.
 *
 * @throws FaultlineError `FL-104` object file missing, `FL-105` world-writable, `FL-106` refused by the kernel
 */
export function loadPrograms(options: LoadOptions): LoadedPrograms {
  const off = new Map<string, string>();
  for (const { name, tracepoint, feature } of PROGRAMS) {
    if (tracepoint !== null && tracepointArguments(tracepoint) < 0) {
      off.set(name, `this kernel has no tracepoint ${tracepoint}`);
    } else if (name !== REQUIRED && options.without.includes(feature)) {
      off.set(name, 'it was switched off');
    }
  }
  const object = loadWithout(options, off);
  const links: Link[] = [];

  return {
    object,
    attach() {
      for (const { name, tracepoint } of PROGRAMS) {
        if (tracepoint === null || off.has(name)) continue;
        try {
          links.push(object.attach(name));
        } catch (error) {
          if (name === REQUIRED) throw refused(error);
          off.set(name, `the kernel refused to attach it: ${(error as Error).message}`);
        }
      }
    },
    detach() {
      for (const link of links) link.detach();
    },
    isOn: (program) => !off.has(program),
    features: () => PROGRAMS.map((program) => featureOf(program, off.get(program.name) ?? null)),
  };
}

/** The kernel gives up checking a program when the process gets a signal meanwhile, as profilers send them. */
const MAX_INTERRUPTED = 20;

function loadWithout(options: LoadOptions, off: Map<string, string>): BpfObject {
  for (let interrupted = 0; ; ) {
    const object = open(options.objectFile);
    try {
      for (const name of off.keys()) object.setAutoload(name, false);
      object.setMaxEntries('ring', options.ringBytes);
      object.setMaxEntries('sockets', options.maxSockets);
      object.setMaxEntries('latencies', options.maxHistograms);
      object.setGlobal('filtering', flag(options.filtering));
      object.setGlobal('has_send_start', flag(!off.has(SEND_START)));
      object.load();
      return object;
    } catch (error) {
      object.close();
      if (error instanceof BpfError && error.code === 'EAGAIN' && interrupted++ < MAX_INTERRUPTED) continue;
      const culprit = refusedProgram(error);
      if (culprit === null || culprit === REQUIRED || off.has(culprit)) throw refused(error);
      off.set(culprit, 'the kernel refused to load it');
    }
  }
}

function open(file: string): BpfObject {
  try {
    return BpfObject.open(file);
  } catch (error) {
    const code = error instanceof BpfError ? error.code : '';
    if (code === 'ENOENT') {
      throw new FaultlineError(
        'FL-104',
        `The kernel programs are not built: ${file} is missing.`,
        'Run `npm run build:probe`.',
        {
          cause: error,
        },
      );
    }
    if (code === 'EACCES') {
      throw new FaultlineError(
        'FL-105',
        `Everybody may write ${file}, so anybody could run code in the kernel.`,
        `Check where it comes from, then run \`chmod 644 ${file}\`.`,
        { cause: error },
      );
    }
    throw refused(error);
  }
}

/** Name of the program a load failed on, as libbpf's log tells it; `null` when it is something else. */
export function refusedProgram(error: unknown): string | null {
  if (!(error instanceof BpfError)) return null;
  return (
    /prog '(\w+)': (?:BPF program load failed|failed to load)/.exec(`${error.log}\n${error.message}`)?.[1] ??
    null
  );
}

function refused(error: unknown): FaultlineError {
  const log = error instanceof BpfError && error.log !== '' ? `\n${error.log}` : '';
  return new FaultlineError(
    'FL-106',
    `The kernel refused the probe: ${(error as Error).message}${log}`,
    'Linux 6.3 or newer with BTF is needed; `faultline doctor` tells what this kernel has.',
    { cause: error },
  );
}

function featureOf({ feature, lost, fallback }: Program, reason: string | null): Feature {
  if (reason === null) return { name: feature, state: 'on', reason: '', lost };
  if (fallback === undefined) return { name: feature, state: 'off', reason, lost };
  return { name: feature, state: 'fallback', reason: `${reason}; ${fallback}`, lost };
}

const flag = (value: boolean) => Uint8Array.of(value ? 1 : 0);
