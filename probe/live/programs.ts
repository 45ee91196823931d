import {
  BpfError,
  type BpfObject,
  kernelEnum,
  kernelHasType,
  type Link,
  tickNanos,
  tracepointArguments,
} from '../bpf-ringbuf-napi/index.js';
import type { Feature } from '../flow.ts';
import { mountOfCgroups } from './cgroups.ts';
import { type Chosen, choose, featureOf, type KernelFacts } from './choice.ts';
import { dropReasons } from './drops-reasons.ts';
import { openObject, refusedByKernel } from './object-file.ts';
import { type Hook, PROGRAMS, REQUIRED, SEND_END, SEND_START } from './program-table.ts';
import { refusedProgram, verdictOf } from './refusal.ts';
import { tableSize } from './socket-table.ts';
import { CLEAR_TEXT_PROGRAMS } from './tls/program-names.ts';

export interface LoadOptions {
  /** Names of features not wanted. */
  readonly without: readonly string[];
  readonly objectFile: string;
  readonly filtering: boolean;
  readonly ringBytes: number;
  /** Sockets there are places for; as rows fill one before another, the last tenth of them may find none, and is counted. */
  readonly maxSockets: number;
  /** Connections with a table of latencies at the same time, at each of the two ends. */
  readonly maxHistograms: number;
  readonly maxConversations: number;
  /** One request in 2^sampleShift is told by itself, to be matched with what the other end tells of it. */
  readonly sampleShift: number;
  /** Size of the ring for chunks of payload; 0 = nobody reads them, so none are made. */
  readonly payloadBytes: number;
  /** Servers of which it is remembered whether their payload is parsed. */
  readonly maxParsed: number;
  /** The clear text of TLS is asked for. */
  readonly clearText: boolean;
}

export interface LoadedPrograms {
  readonly object: BpfObject;
  /**
   * Attaches what was chosen; iterators are run, not attached.
   *
   * @throws AttachRefused the object is to be loaded again without that program
   */
  attach(): void;
  /**
   * Attaches or detaches what is only needed while payload is read: every send and every arrival of data of the machine pays
   * for it. Returns false where the kernel does not let it be attached again.
   */
  readPayload(on: boolean): boolean;
  /** Nothing is counted any more; maps and ring can still be read. */
  detach(): void;
  /** Whether this program of the table runs, or a stand-in of it. */
  isOn(program: string): boolean;
  features(): readonly Feature[];
  /** Why the clear text of TLS cannot be read, or was not asked for; `null` when it can. */
  readonly noClearText: string | null;
}

/** The kernel took a program and then did not let it be attached. */
export class AttachRefused extends Error {
  readonly program: string;

  constructor(program: string, cause: unknown) {
    super(`the kernel refused to attach it: ${(cause as Error).message}`, { cause });
    this.program = program;
  }
}

/**
 * Loads the programs for `use`, and again without each that turns out not to be attachable. Closes them when `use` throws;
 * whatever else it had opened it has to close itself by then.
 *
 * @throws FaultlineError `FL-104` object file missing, `FL-105` open to everybody, `FL-106` refused by the kernel
 */
export async function withPrograms<T>(
  options: LoadOptions,
  use: (programs: LoadedPrograms) => Promise<T>,
): Promise<T> {
  for (const refused = new Map<string, string>(); ; ) {
    const programs = loadPrograms(options, refused);
    try {
      return await use(programs);
    } catch (error) {
      programs.object.close();
      if (!(error instanceof AttachRefused) || refused.has(error.program)) throw error;
      refused.set(error.program, error.message);
    }
  }
}

/** The kernel makes no ring smaller than a page. */
const SMALLEST_RING = 4096;

/** The ring of the name service holds 10,000 messages; it is as small as the other where that is smaller. */
const MAX_DATAGRAM_BYTES = 1 << 20;

const KERNEL: KernelFacts = { tracepointArguments, hasFunction: kernelHasType, cgroups: mountOfCgroups() };

/**
 * Loads the best that this kernel can run of each feature. A program it refuses is left out, and the rest tried again.
 *
 * @param refused programs an earlier attempt could not attach, with the reason
 * @throws FaultlineError as `withPrograms`
 */
export function loadPrograms(
  options: LoadOptions,
  refused: ReadonlyMap<string, string> = new Map(),
): LoadedPrograms {
  const off = new Map(refused);
  for (const { name, feature, standIns = [] } of PROGRAMS) {
    if (name === REQUIRED || !options.without.includes(feature)) continue;
    for (const program of [name, ...standIns.map((each) => each.name)])
      off.set(program, 'it was switched off');
  }
  const required = choose(PROGRAMS.find(({ name }) => name === REQUIRED)!, KERNEL, off);
  if (required.rank < 0) throw refusedByKernel(new Error(required.reason));
  const { object, chosen } = loadWithout(options, off);
  const links = new Map<string, Link>();
  const ranks = new Map(chosen.map(({ row, rank }) => [row.name, rank]));

  const isOn = (program: string) => (ranks.get(program) ?? -1) >= 0;
  /* Without the ends of sends their beginnings are all there is. */
  const isForPayload = ({ row }: Chosen) =>
    row.onlyForPayload === true && (row.name !== SEND_START || isOn(SEND_END));
  const attachAll = (wanted: (each: Chosen) => boolean) => {
    for (const { row, programs } of chosen.filter(wanted)) {
      if (row.hook.kind === 'iterator') continue;
      for (const program of programs)
        if (!links.has(program)) links.set(program, attachOne(object, program, row.hook));
    }
  };

  return {
    object,
    attach: () => attachAll((each) => options.payloadBytes > 0 || !isForPayload(each)),
    readPayload(on) {
      if (on) {
        try {
          attachAll(isForPayload);
        } catch {
          return false;
        }
        return true;
      }
      for (const program of chosen.filter(isForPayload).flatMap(({ programs }) => programs)) {
        links.get(program)?.detach();
        links.delete(program);
      }
      return true;
    },
    detach() {
      for (const link of links.values()) link.detach();
    },
    isOn,
    features: () => chosen.map(featureOf),
    noClearText: noClearText(options, off),
  };
}

function attachOne(object: BpfObject, program: string, { kind }: Hook): Link {
  try {
    return kind === 'cgroup' ? object.attachCgroup(program, KERNEL.cgroups!) : object.attach(program);
  } catch (error) {
    throw program === REQUIRED ? refusedByKernel(error) : new AttachRefused(program, error);
  }
}

/** The kernel gives up checking a program when the process gets a signal meanwhile, as profilers send them. */
const MAX_INTERRUPTED = 20;

function loadWithout(
  options: LoadOptions,
  off: Map<string, string>,
): { readonly object: BpfObject; readonly chosen: readonly Chosen[] } {
  for (let interrupted = 0; ; ) {
    const object = openObject(options.objectFile);
    try {
      const chosen = PROGRAMS.map((row) => choose(row, KERNEL, off));
      const wanted = new Set(chosen.flatMap(({ programs }) => programs));
      for (const name of everyProgram()) object.setAutoload(name, wanted.has(name));
      const clearText = noClearText(options, off) === null;
      for (const name of CLEAR_TEXT_PROGRAMS) object.setAutoload(name, clearText);
      object.setGlobal('clear_text', flag(clearText));
      object.setMaxEntries('ring', options.ringBytes);
      object.setMaxEntries('datagrams', Math.min(options.ringBytes, MAX_DATAGRAM_BYTES));
      const { nearRows, farRows, places } = tableSize(options.maxSockets);
      object.setMaxEntries('rows', nearRows + farRows);
      object.setMaxEntries('sockets', places);
      object.setGlobal('near_rows', fourBytes(nearRows));
      object.setGlobal('far_rows', fourBytes(farRows));
      object.setMaxEntries('latencies', options.maxHistograms);
      object.setMaxEntries('conversations', options.maxConversations);
      object.setMaxEntries('server_latencies', options.maxHistograms);
      object.setGlobal('sample_shift', Uint8Array.of(options.sampleShift, 0, 0, 0));
      object.setMaxEntries('payloads', options.payloadBytes || SMALLEST_RING);
      object.setMaxEntries('parsed', options.maxParsed);
      object.setGlobal('tapping', flag(options.payloadBytes > 0));
      const { ignored } = dropReasons(kernelEnum('skb_drop_reason'));
      object.setGlobal('ignored_reasons', new Uint8Array(ignored.buffer));
      object.setGlobal('has_receiver', flag(tracepointArguments('kfree_skb') > 3));
      object.setGlobal('filtering', flag(options.filtering));
      const runs = (name: string) => chosen.some(({ row, rank }) => row.name === name && rank >= 0);
      object.setGlobal('has_send_end', flag(runs(SEND_END)));
      object.setGlobal('has_send_start', flag(runs(SEND_START)));
      object.setGlobal(
        'sends_traced',
        flag(chosen.some(({ row, rank }) => row.name === SEND_START && rank === 0)),
      );
      object.setGlobal('tick_ns', eightBytes(tickNanos()));
      object.load();
      return { object, chosen };
    } catch (error) {
      object.close();
      if (error instanceof BpfError && error.code === 'EAGAIN' && interrupted++ < MAX_INTERRUPTED) continue;
      const culprit = refusedProgram(error);
      if (culprit === null || culprit === REQUIRED || off.has(culprit)) throw refusedByKernel(error);
      off.set(culprit, `the kernel refused to load it${verdictOf(error as BpfError)}`);
    }
  }
}

function noClearText({ clearText }: LoadOptions, off: ReadonlyMap<string, string>): string | null {
  if (!clearText) return 'it was not asked for';
  const refused = CLEAR_TEXT_PROGRAMS.find((name) => off.has(name));
  return refused === undefined ? null : off.get(refused)!;
}

function everyProgram(): readonly string[] {
  return PROGRAMS.flatMap(({ name, also = [], standIns = [] }) => [
    name,
    ...also.map((each) => each.name),
    ...standIns.flatMap((standIn) => [standIn.name, ...(standIn.also ?? []).map((each) => each.name)]),
  ]);
}

const flag = (value: boolean) => Uint8Array.of(value ? 1 : 0);

const fourBytes = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);

const eightBytes = (value: number) => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
