import type { BpfObject, Link } from '../../bpf-ringbuf-napi/index.js';
import { FaultlineError } from '../../error.ts';
import { readElf } from './elf.ts';
import type { MappedFile } from './mapped.ts';
import { type Place, type Plan, planOf } from './plan.ts';
import { PROGRAM_OF, RETURN } from './program-names.ts';

/** What became of one file: probed, refused with the reason, or without OpenSSL. */
export interface Probed {
  readonly name: string;
  readonly links: readonly Link[];
  readonly refused: FaultlineError | null;
}

/** Probes one file for all processes that run its code; the kernel programs pass over those that were not chosen. */
export function probeFile(object: BpfObject, mapped: MappedFile): Probed {
  const { name, file } = mapped;
  const elf = readElf(file);
  const plan = elf === null ? null : planOf(elf);
  if (plan === null) return { name, links: [], refused: mapped.library ? stripped(name) : null };
  if ('unsuited' in plan) return { name, links: [], refused: unsuited(name, plan) };
  try {
    return { name, links: attachAll(object, file, plan.places), refused: null };
  } catch (error) {
    return { name, links: [], refused: notAttached(name, error) };
  }
}

/** All or none. The return is watched first: a call that is seen to begin must be seen to end. */
function attachAll(object: BpfObject, binary: string, places: readonly Place[]): readonly Link[] {
  const links: Link[] = [];
  try {
    for (const { offset, returns } of places)
      if (returns) links.push(object.attachUprobe(RETURN, { binary, offset, returns: true }));
    for (const { function: name, offset } of places)
      links.push(object.attachUprobe(PROGRAM_OF[name], { binary, offset }));
    return links;
  } catch (error) {
    for (const link of links) link.detach();
    throw error;
  }
}

function stripped(name: string): FaultlineError {
  return new FaultlineError(
    'FL-109',
    `${name} does not name its functions SSL_read and SSL_write.`,
    'Use an OpenSSL whose exported symbols were not removed.',
  );
}

function unsuited(name: string, plan: Extract<Plan, { readonly unsuited: string }>): FaultlineError {
  return new FaultlineError(
    'FL-110',
    `In ${name} no place is cheap enough to probe: ${plan.unsuited}.`,
    "Use the distribution's build of OpenSSL 1.1.1 or 3, or do without clear text there.",
  );
}

function notAttached(name: string, error: unknown): FaultlineError {
  return new FaultlineError(
    'FL-111',
    `The kernel refused to probe ${name}: ${(error as Error).message}.`,
    'The kernel needs CONFIG_UPROBES, and the process CAP_PERFMON and CAP_SYS_ADMIN.',
    { cause: error },
  );
}
