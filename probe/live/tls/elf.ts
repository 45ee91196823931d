import { closeSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

/** A function of an ELF file. */
export interface CodeSymbol {
  /** Address as the file was linked. */
  readonly address: number;
  /** Bytes of its code, 0 when the file does not say. */
  readonly size: number;
}

/** The parts of an ELF file that probing its functions needs. */
export interface ElfFile {
  /** Number of the processor architecture, as in the header: 62 is x86-64. */
  readonly machine: number;
  /** Functions by name: exported ones, else those of the full symbol table. Names that are not there are missing. */
  functions(names: readonly string[]): ReadonlyMap<string, CodeSymbol>;
  /** Where the code at an address lies in the file; `null` when it is not code. */
  offsetOf(address: number): number | null;
  /** At most `length` bytes of code, fewer at the end of a segment; empty when it is not code. */
  code(address: number, length: number): Uint8Array;
}

export const MACHINE_X86_64 = 62;

const HEADER_SIZE = 64;
const SECTION_SIZE = 64;
const SEGMENT_SIZE = 56;
const SYMBOL_SIZE = 24;
const SECTION_SYMBOLS = 2;
const SECTION_EXPORTS = 11;
const SEGMENT_LOAD = 1;
const EXECUTABLE = 1;
const TYPE_FUNCTION = 2;

/** Bounds on what an untrusted file makes us read: several times what the largest known programs have. */
const MAX_SECTIONS = 4096;
const MAX_SEGMENTS = 256;
const MAX_SYMBOL_BYTES = 64 << 20;
const MAX_NAME_BYTES = 256 << 20;

interface Range {
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

interface Section extends Range {
  readonly type: number;
  /** Index of the section with the names of its symbols. */
  readonly link: number;
}

/** Reads `length` bytes at `offset`; fewer where the source ends. */
export type ReadAt = (offset: number, length: number) => Buffer;

/** @returns `null` when this is no 64-bit ELF file of this machine's byte order, or cannot be read */
export function readElf(file: string): ElfFile | null {
  try {
    return parseElf((offset, length) => readFile(file, offset, length));
  } catch {
    return null;
  }
}

/** Total over any bytes that `read` gives; throws only what `read` throws. */
export function parseElf(read: ReadAt): ElfFile | null {
  const header = read(0, HEADER_SIZE);
  if (header.length < HEADER_SIZE || header.toString('latin1', 0, 4) !== '\x7fELF') return null;
  if (header[4] !== 2 || header[5] !== 1 || endianness() !== 'LE') return null;
  const segments = readTable(read, header.readUInt16LE(56), MAX_SEGMENTS, SEGMENT_SIZE, whole(header, 32))
    .filter((entry) => entry.readUInt32LE(0) === SEGMENT_LOAD && entry.readUInt32LE(4) & EXECUTABLE)
    .map((entry) => ({ address: whole(entry, 16), offset: whole(entry, 8), size: whole(entry, 32) }));
  const sections = readTable(
    read,
    header.readUInt16LE(60),
    MAX_SECTIONS,
    SECTION_SIZE,
    whole(header, 40),
  ).map(
    (entry): Section => ({
      type: entry.readUInt32LE(4),
      address: whole(entry, 16),
      offset: whole(entry, 24),
      size: whole(entry, 32),
      link: entry.readUInt32LE(40),
    }),
  );
  const segmentOf = (address: number) =>
    segments.find((segment) => address >= segment.address && address < segment.address + segment.size);

  return {
    machine: header.readUInt16LE(18),
    functions(names) {
      const found = new Map<string, CodeSymbol>();
      for (const type of [SECTION_EXPORTS, SECTION_SYMBOLS]) {
        const missing = names.filter((name) => !found.has(name));
        const table = sections.find((section) => section.type === type);
        if (table === undefined || missing.length === 0) continue;
        for (const [name, symbol] of lookUp(read, table, sections[table.link], missing))
          found.set(name, symbol);
      }
      return found;
    },
    offsetOf(address) {
      const segment = segmentOf(address);
      return segment === undefined ? null : address - segment.address + segment.offset;
    },
    code(address, length) {
      const segment = segmentOf(address);
      if (segment === undefined) return new Uint8Array();
      const start = address - segment.address;
      return read(segment.offset + start, Math.min(length, segment.size - start));
    },
  };
}

function readTable(read: ReadAt, count: number, limit: number, size: number, offset: number): Buffer[] {
  if (count > limit) return [];
  const bytes = read(offset, count * size);
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

function lookUp(read: ReadAt, table: Section, texts: Section | undefined, names: readonly string[]) {
  const found = new Map<string, CodeSymbol>();
  if (texts === undefined || table.size > MAX_SYMBOL_BYTES || texts.size > MAX_NAME_BYTES) return found;
  const places = placesOf(read(texts.offset, texts.size), names);
  const symbols = read(table.offset, table.size);
  for (let at = 0; at + SYMBOL_SIZE <= symbols.length; at += SYMBOL_SIZE) {
    const name = places.get(symbols.readUInt32LE(at));
    if (name === undefined || (symbols[at + 4]! & 15) !== TYPE_FUNCTION) continue;
    const address = whole(symbols, at + 8);
    if (address !== 0) found.set(name, { address, size: whole(symbols, at + 16) });
  }
  return found;
}

/** Where in the table of names each name may begin: linkers let one name be the end of another. */
function placesOf(texts: Buffer, names: readonly string[]): ReadonlyMap<number, string> {
  const places = new Map<number, string>();
  for (const name of names) {
    const text = Buffer.from(`${name}\0`, 'latin1');
    for (let at = texts.indexOf(text); at >= 0; at = texts.indexOf(text, at + 1)) places.set(at, name);
  }
  return places;
}

/** Addresses and sizes beyond 2^53 are in no file: they lose precision here and then match nothing. */
function whole(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset + 4) * 2 ** 32 + bytes.readUInt32LE(offset);
}

function readFile(file: string, offset: number, length: number): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const count = readSync(descriptor, bytes, filled, length - filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(descriptor);
  }
}
