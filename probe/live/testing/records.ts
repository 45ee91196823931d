import { readFileSync } from 'node:fs';
import { ENDED_SIZE, RECORD_SIZE } from '../layout.ts';

/** Offsets and widths of the fields of a C structure, in bytes. */
export type Fields = ReadonlyMap<
  string,
  { readonly offset: number; readonly width: number; readonly count: number }
>;

/** Those of a structure of `bpf/`, computed from the C source itself. */
export function fieldsOf(file: string, structure: string): Fields {
  return parseStructure(readFileSync(new URL(`../../bpf/${file}`, import.meta.url), 'utf8'), structure);
}

export const FIELDS = fieldsOf('record.h', 'record');

export type Values = Readonly<Record<string, number | readonly number[] | Uint8Array | string>>;

/** Bytes of a record with these fields set, by their C names, and all others zero. */
export function recordOf(values: Values, into: Uint8Array = new Uint8Array(RECORD_SIZE)): Uint8Array {
  return structureOf(FIELDS, values, into);
}

/** What the ring carries of a connection that has ended. */
export function endOf(values: Values): Uint8Array {
  return recordOf({ ...values, event: 2, delivery: 1 }).slice(0, ENDED_SIZE);
}

export function structureOf(fields: Fields, values: Values, into: Uint8Array): Uint8Array {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  for (const [name, value] of Object.entries(values)) {
    const field = fields.get(name);
    if (field === undefined) throw new Error(`the structure has no ${name}`);
    const numbers =
      typeof value === 'number'
        ? [value]
        : typeof value === 'string'
          ? [...new TextEncoder().encode(value)]
          : [...value];
    for (const [i, number] of numbers.entries())
      put(view, field.offset + i * field.width, field.width, number);
  }
  return into;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The 16 bytes of an IPv4 address. */
export function mapped(ip: string): Uint8Array {
  return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...ip.split('.').map(Number));
}

/** A drained ring: each record behind its length, padded to 8 bytes. */
export function ringOf(records: readonly Uint8Array[]): Uint8Array {
  const parts = records.flatMap((record) => {
    const header = new Uint8Array(8);
    viewOf(header).setUint32(0, record.length, true);
    return [header, record, new Uint8Array((8 - (record.length % 8)) % 8)];
  });
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function put(view: DataView, offset: number, width: number, value: number): void {
  if (width === 1) view.setUint8(offset, value);
  else if (width === 2) view.setUint16(offset, value, true);
  else if (width === 4) view.setUint32(offset, value, true);
  else view.setBigUint64(offset, BigInt(value), true);
}

function parseStructure(source: string, structure: string) {
  const body = new RegExp(`struct ${structure} \\{([\\s\\S]*?)\\n\\};`).exec(source)![1]!;
  const fields = new Map<string, { offset: number; width: number; count: number }>();
  let offset = 0;
  for (const [, bits, name, count] of body.matchAll(/__u(8|16|32|64) (\w+)(?:\[(\w+)\])?;/g)) {
    const width = Number(bits) / 8;
    const length = count === undefined ? 1 : count === 'STATUSES' ? 4 : Number(count);
    offset = Math.ceil(offset / width) * width;
    fields.set(name!, { offset, width, count: length });
    offset += width * length;
  }
  return fields;
}
