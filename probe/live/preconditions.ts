import { existsSync, readFileSync } from 'node:fs';
import { unavailable } from '../bpf-ringbuf-napi/index.js';
import { FaultlineError } from '../error.ts';

/** Bits of the effective capabilities in /proc/self/status. */
const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

/**
 * What stands in the way of live probing on this machine, most basic first; empty when nothing does. Codes: `FL-101`
 * privileges, `FL-102` kernel, `FL-103` addon.
 */
export function obstacles(): readonly FaultlineError[] {
  const found: FaultlineError[] = [];
  if (process.platform !== 'linux') {
    found.push(
      new FaultlineError(
        'FL-102',
        `Live probing needs the kernel of Linux, this is ${process.platform}.`,
        'Run the agent on a Linux node; everything that reads a store works here.',
      ),
    );
    return found;
  }
  if (!mayLoadPrograms()) {
    found.push(
      new FaultlineError(
        'FL-101',
        'This process may not load programs into the kernel.',
        'Run it as root, or with the capabilities BPF, PERFMON, NET_ADMIN and SYS_ADMIN.',
      ),
    );
  }
  if (!existsSync('/sys/kernel/btf/vmlinux')) {
    found.push(
      new FaultlineError(
        'FL-102',
        'This kernel does not describe its types (no /sys/kernel/btf/vmlinux).',
        'Use a kernel built with CONFIG_DEBUG_INFO_BTF, as all large distributions do.',
      ),
    );
  }
  const absent = unavailable();
  if (absent !== null) {
    found.push(
      new FaultlineError(
        'FL-103',
        `The native part is not there: ${absent.message}.`,
        'Run `npm run build:probe`.',
        {
          cause: absent,
        },
      ),
    );
  }
  return found;
}

/** As the kernel decides it; false where it cannot be told. */
export function mayLoadPrograms(status: string = readStatus()): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (effective === undefined) return false;
  const capabilities = BigInt(`0x${effective}`);
  const has = (bit: bigint) => ((capabilities >> bit) & 1n) === 1n;
  return has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON));
}

function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}
