/**
 * libbpf for Node: what a collector needs to run CO-RE programs and read what they saw, without a JavaScript call per
 * record. Linux only, needs libbpf >= 1.1 when it is built. Blocking calls end in `Sync` or say so.
 */

/** Why the native part is absent, or `null` when it is loaded. Never throws: callers decide what to do without it. */
export function unavailable(): BpfError | null;

/**
 * Every failure. `code` is an errno name (`EPERM`; `EINVAL` for wrong arguments, `EBADF` for what is closed or not
 * loaded yet, `ENOENT` for unknown names), or says why the addon is absent: `ERR_NOT_BUILT`, `ERR_NOT_LOADABLE`,
 * `ERR_NOT_LINUX`.
 */
export class BpfError extends Error {
  readonly code: string;
  /** Last lines of the kernel verifier's or libbpf's log, `''` when there is none. */
  readonly log: string;
}

/** Whether the running kernel has BTF, and has this BTF type (`btf_trace_inet_sock_set_state` for a tracepoint). */
export function kernelHasBtf(): boolean;
export function kernelHasType(name: string): boolean;
/** Number of arguments of a BTF tracepoint (`sk_data_ready` → 1), or `-1` when the kernel has none of that name. */
export function tracepointArguments(name: string): number;
/** Names and numbers of a kernel enum, e.g. `skb_drop_reason`; empty when unknown. */
export function kernelEnum(name: string): Record<string, number>;

/** The parsed kernel types are kept (about 11 MB) for the functions above until this is called. */
export function releaseKernelBtf(): void;

/** Turns the kernel's per-program run statistics on until the returned function is called (or collected). */
export function enableStats(): () => void;

export interface ProgramInfo {
  readonly name: string;
  readonly section: string;
  readonly autoload: boolean;
  readonly loaded: boolean;
}

export interface ProgramStatistics {
  readonly name: string;
  readonly runCount: number;
  readonly runNanos: number;
}

/** One CO-RE object file: open, choose, load, attach, read, close. */
export class BpfObject {
  /** @throws BpfError `EACCES` when the file is world-writable, `ENOENT`, `EINVAL` when it is not a BPF object. */
  static open(path: string): BpfObject;
  programs(): ProgramInfo[];
  /** Before `load`. */
  setAutoload(program: string, load: boolean): void;
  setMaxEntries(map: string, entries: number): void;
  /** Writes a `const volatile` global of `.rodata` (before `load`) by its name; `bytes` must have the variable's size. */
  setGlobal(variable: string, bytes: Uint8Array): void;
  /** Once per object. @throws BpfError with the verifier's log; the object can then only be closed. */
  load(): void;
  /** One refused program does not touch the others. Attaches tp_btf, tracepoint, raw tracepoint, kprobe programs by their section. */
  attach(program: string): Link;
  attachUprobe(
    program: string,
    options: { binary: string; offset: number; pid?: number; returns?: boolean },
  ): Link;
  /** A program of a `cgroup/…` section to the version 2 cgroup in this directory and all below it, beside others there. */
  attachCgroup(program: string, path: string): Link;
  /** Runs an iterator program once to its end and returns what it wrote. `netns`: path of the namespace to run it in. */
  runIteratorSync(program: string, options?: { netns?: string }): Uint8Array;
  map(name: string): BpfMap;
  ring(map: string): Ring;
  statistics(): ProgramStatistics[];
  /** Detaches and frees everything opened from it. Idempotent. */
  close(): void;
}

/** In force until `detach` or the object's `close`, or until neither it nor anything of its object is held any more. */
export interface Link {
  /** Idempotent. */
  detach(): void;
}

export interface Sweep {
  readonly count: number;
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
}

/** Raw bytes in, raw bytes out; the caller knows the layouts. */
export interface BpfMap {
  readonly keySize: number;
  /** What `lookup` gives and `update` takes: of a per-CPU map one value per possible CPU, each padded to 8 bytes. */
  readonly valueSize: number;
  readonly maxEntries: number;
  lookup(key: Uint8Array): Uint8Array | null;
  /** The values of these keys, packed like them; zeros where there is none. */
  lookupAll(keys: Uint8Array): Uint8Array;
  /**
   * The values of an array map, each padded to 8 bytes, as memory that kernel programs share: what either writes the other
   * reads. For maps with BPF_F_MMAPABLE. Usable after `close`, until it is not held any more.
   */
  memory(): Uint8Array;
  update(key: Uint8Array, value: Uint8Array): void;
  /** True when the key was there. */
  delete(key: Uint8Array): boolean;
  /**
   * Reads the whole hash map by batches: `count` keys and values, packed. Per-CPU maps give one value per possible
   * CPU, each rounded up to 8 bytes. Entries that come or go meanwhile may be missed or seen, never torn across keys.
   */
  sweep(): Sweep;
  /** As `sweep`, and takes the entries out of the map: each is given out once. */
  sweepDelete(): Sweep;
}

/**
 * Consumer of a BPF_MAP_TYPE_RINGBUF. Records are copied into one buffer: for each a `u32` length, a `u32` zero, then
 * the payload padded to 8 bytes. When the buffer is full the rest stays in the ring.
 */
export interface Ring {
  /**
   * Fills `into` and returns how many bytes and records it holds now. Records that arrive meanwhile are for the next
   * call. @throws BpfError `EMSGSIZE` when not even the next record fits.
   */
  drain(into: Uint8Array): { readonly bytes: number; readonly records: number };
  /** Bytes waiting in the ring, with their headers. */
  pending(): number;
}

export interface ConntrackOptions {
  /** Path of the network namespace (`/run/netns/n1`, `/proc/PID/ns/net`); the process's own when absent. */
  readonly netns?: string;
  /** Receive buffer asked for with SO_RCVBUFFORCE, bytes. Default 4 MiB. */
  readonly receiveBuffer?: number;
}

/**
 * A netlink socket on the connection tracking table of one network namespace: NEW and DESTROY events, and dumps.
 * TCP and UDP, both address families. Both calls are non-blocking and parse in native code.
 */
export class Conntrack {
  static open(options?: ConntrackOptions): Conntrack;
  /** Starts a dump; its entries come through `read` like events, marked `dump`. */
  requestDump(): void;
  /**
   * Reads what waits, at most `limit` entries (default 4096). `overflowed`: the kernel dropped messages since the
   * last read (ENOBUFS), or the table changed its size during each of several tries to dump it: ask for a dump.
   * `dumpDone`: the dump asked for (the last one, when asked several times) has ended.
   */
  read(limit?: number): {
    readonly entries: ConntrackEntry[];
    readonly overflowed: boolean;
    readonly dumpDone: boolean;
    /** The limit ended the read: more may wait. */
    readonly more: boolean;
  };
  close(): void;
}

export interface ConntrackEntry {
  readonly kind: 'new' | 'destroy' | 'dump';
  readonly protocol: number;
  /** The tuple as the first packet had it, and as answers have it: they differ where something was translated. */
  readonly original: ConntrackTuple;
  readonly reply: ConntrackTuple;
}

/** Addresses are text (`10.0.0.1`, RFC 5952 for IPv6). */
export interface ConntrackTuple {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
}

/** Socket cookie of a file descriptor of this process (SO_COOKIE), for tests and self-identification. */
export function socketCookie(fd: number): bigint;

/**
 * Runs `action` synchronously with the calling thread in another network namespace. What it leaves for later (promises,
 * callbacks) runs outside again.
 */
export function inNetnsSync<T>(path: string, action: () => T): T;

/**
 * Drops every capability but those named (`CAP_NET_ADMIN`, …) from the permitted, effective and inheritable sets of all
 * threads. A program executed as root afterwards gets them back: this limits the process, not its children.
 * @throws BpfError `ENOSYS` where this cannot be done to all threads (C libraries other than glibc; neither x86-64 nor
 * arm64), `ETIMEDOUT` when a thread did not take part within seconds: some threads have dropped them then.
 */
export function keepCapabilities(names: readonly string[]): void;

/** Nanoseconds between two ticks of the kernel's clock, the unit of what it keeps in jiffies. */
export function tickNanos(): number;
