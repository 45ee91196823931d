/** Loads the addon. Importing never fails: without the addon every function throws the reason given by `unavailable`. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const OwnError = class BpfError extends Error {
  constructor(code, message, log = '') {
    super(message);
    this.name = 'BpfError';
    this.code = code;
    this.log = log;
  }
};

const { native, reason } = load();

/** One class per process and thread, even when this module is loaded twice: `instanceof` must hold. */
export const BpfError = native?.useErrorClass(OwnError) ?? OwnError;

export function unavailable() {
  return reason;
}

export const BpfObject = native?.BpfObject ?? absentClass('BpfObject');
export const Conntrack = native?.Conntrack ?? absentClass('Conntrack');
export const kernelHasBtf = native?.kernelHasBtf ?? refuse;
export const kernelHasType = native?.kernelHasType ?? refuse;
export const tracepointArguments = native?.tracepointArguments ?? refuse;
export const kernelEnum = native?.kernelEnum ?? refuse;
export const releaseKernelBtf = native?.releaseKernelBtf ?? refuse;
export const enableStats = native?.enableStats ?? refuse;
export const socketCookie = native?.socketCookie ?? refuse;
export const inNetnsSync = native?.inNetnsSync ?? refuse;
export const keepCapabilities = native?.keepCapabilities ?? refuse;
export const tickNanos = native?.tickNanos ?? refuse;

function load() {
  if (process.platform !== 'linux') {
    return absent('ERR_NOT_LINUX', `eBPF exists on Linux only, this is ${process.platform}`);
  }
  const path =
    process.env.BPF_RINGBUF_ADDON ??
    fileURLToPath(new URL('build/Release/bpf_ringbuf.node', import.meta.url));
  if (!existsSync(path)) {
    const script = fileURLToPath(new URL('build.mjs', import.meta.url));
    return absent('ERR_NOT_BUILT', `${path} is missing: build it with \`node ${script}\``);
  }
  try {
    return { native: createRequire(import.meta.url)(path), reason: null };
  } catch (error) {
    return absent(
      'ERR_NOT_LOADABLE',
      `${path} cannot be loaded (${error.message}): it needs libbpf.so.1 (Debian: apt-get install libbpf1), or must be built again for this machine`,
    );
  }
}

function absent(code, message) {
  return { native: null, reason: new OwnError(code, message) };
}

function refuse() {
  throw reason;
}

function absentClass(name) {
  const { [name]: stub } = {
    [name]: class {
      constructor() {
        refuse();
      }
      static open() {
        refuse();
      }
    },
  };
  return stub;
}
