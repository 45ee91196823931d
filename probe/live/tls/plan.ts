import { disassemble, type Instruction, type Register } from './disassemble.ts';
import type { CodeSymbol, ElfFile } from './elf.ts';
import { MACHINE_X86_64 } from './elf.ts';
import { isEmulated } from './emulated.ts';

/** One place to probe: a kernel program at the beginning of a function, and whether it is also told when that returns. */
export interface Place {
  /** The function of OpenSSL that the program reads the arguments of. */
  readonly function: SslFunction;
  /** Offset in the file. */
  readonly offset: number;
  readonly returns: boolean;
}

export type SslFunction =
  | 'SSL_read'
  | 'SSL_read_ex'
  | 'SSL_write'
  | 'SSL_write_ex'
  | 'SSL_do_handshake'
  | 'SSL_free';

/** `unsuited`: one sentence on why the clear text of this file cannot be read at a bearable cost. */
export type Plan = { readonly places: readonly Place[] } | { readonly unsuited: string };

/** Prologues are shorter; the code of a function is looked at no further than this. */
const MAX_CODE = 256;
const FUNCTIONS = [
  'SSL_read',
  'SSL_read_ex',
  'SSL_write',
  'SSL_write_ex',
  'SSL_do_handshake',
  'SSL_free',
] as const;

/** The registers of the arguments that a program reads. */
const ARGUMENTS: Readonly<Record<SslFunction, readonly Register[]>> = {
  SSL_read: ['rdi', 'rsi', 'rdx'],
  SSL_read_ex: ['rdi', 'rsi', 'rdx', 'rcx'],
  SSL_write: ['rdi', 'rsi', 'rdx'],
  SSL_write_ex: ['rdi', 'rsi', 'rdx', 'rcx'],
  SSL_do_handshake: ['rdi'],
  SSL_free: ['rdi'],
};

/**
 * Where to probe a file with OpenSSL in it; `null` when there is none. Every place is an instruction that the kernel
 * emulates, reached on the only path through the function with all arguments still in their registers. Where the return
 * is watched, the stack pointer has not moved either.
 */
export function planOf(elf: ElfFile): Plan | null {
  const symbols = elf.functions(FUNCTIONS);
  if (!symbols.has('SSL_read') || !symbols.has('SSL_write')) return null;
  if (elf.machine !== MACHINE_X86_64)
    return { unsuited: 'the kernel emulates instructions under probes on x86-64 only' };
  const reads = direction(elf, symbols, 'SSL_read', 'SSL_read_ex');
  const writes = direction(elf, symbols, 'SSL_write', 'SSL_write_ex');
  if (typeof reads === 'string') return { unsuited: reads };
  if (typeof writes === 'string') return { unsuited: writes };
  const handshake = optional(elf, symbols, 'SSL_do_handshake', true);
  return { places: [...reads, ...writes, ...handshake, ...optional(elf, symbols, 'SSL_free', false)] };
}

/**
 * Both functions of one direction: by themselves, or where one begins badly through the inner function that both hand
 * their work to, if it takes what the public one with four arguments takes.
 */
function direction(
  elf: ElfFile,
  symbols: ReadonlyMap<string, CodeSymbol>,
  plain: 'SSL_read' | 'SSL_write',
  extended: 'SSL_read_ex' | 'SSL_write_ex',
): readonly Place[] | string {
  const names = [plain, extended].filter((name) => symbols.has(name)) as SslFunction[];
  const own = names.map((name) => probed(elf, name, symbols.get(name)!.address, true));
  if (own.every((place) => place !== null)) return own;

  const inner = symbols.has(extended) ? handedTo(elf, extended, symbols.get(extended)!) : null;
  if (inner !== null && handedTo(elf, plain, symbols.get(plain)!) === inner) {
    const place = probed(elf, extended, inner, true);
    if (place !== null) return [place];
  }
  return `${plain} has no instruction that the kernel emulates where its arguments are still known`;
}

function optional(
  elf: ElfFile,
  symbols: ReadonlyMap<string, CodeSymbol>,
  name: SslFunction,
  returns: boolean,
): readonly Place[] {
  const symbol = symbols.get(name);
  const place = symbol === undefined ? null : probed(elf, name, symbol.address, returns);
  return place === null ? [] : [place];
}

function probed(elf: ElfFile, name: SslFunction, address: number, returns: boolean): Place | null {
  const kept: readonly Register[] = returns ? [...ARGUMENTS[name], 'rsp'] : ARGUMENTS[name];
  const code = elf.code(address, MAX_CODE);
  for (const instruction of disassemble(code, address)) {
    if (isEmulated(code, instruction.at)) {
      const offset = elf.offsetOf(instruction.address);
      return offset === null ? null : { function: name, offset, returns };
    }
    if (instruction.flow !== 'next' || writesAny(instruction, kept)) return null;
  }
  return null;
}

/** The function that this one calls first, with the arguments it was called with; `null` when there is none. */
function handedTo(elf: ElfFile, name: SslFunction, { address, size }: CodeSymbol): number | null {
  const code = elf.code(address, Math.min(size || MAX_CODE, MAX_CODE));
  for (const instruction of disassemble(code, address)) {
    if (instruction.flow === 'call') return instruction.target;
    if (instruction.flow === 'end' || writesAny(instruction, ARGUMENTS[name])) return null;
  }
  return null;
}

/* The number of bytes is an `int` at the public function and a `size_t` behind it. */
function writesAny({ writes, extends: extended }: Instruction, registers: readonly Register[]): boolean {
  return writes.some((register) => register !== extended && registers.includes(register));
}
