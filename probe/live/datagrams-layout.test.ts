import { expect, test } from 'vitest';
import {
  CONVERSATION_COMM,
  CONVERSATION_LOCAL,
  CONVERSATION_SIZE,
  conversation,
  DATAGRAM_COUNTERS,
  DATAGRAM_REMOTE,
  DATAGRAM_SIZE,
  datagram,
  KEY_REMOTE,
  KEY_SIZE,
  key,
} from './datagrams-layout.ts';
import {
  DROP_DEVICE,
  DROP_KEY_SIZE,
  DROP_SIZE,
  drop,
  dropKey,
  SOCKET_DROP_KEY_SIZE,
  socketDropKey,
} from './drops-layout.ts';
import { fieldsOf, structureOf, viewOf } from './testing/records.ts';

type Readers = Readonly<Record<string, (view: DataView, base: number) => number>>;

const readerOf = (field: string) => field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

test.each<[file: string, structure: string, readers: Readers, size: number, arrays: Record<string, number>]>([
  ['udp.h', 'conversation_key', key, KEY_SIZE, { remote: KEY_REMOTE }],
  [
    'udp.h',
    'conversation',
    conversation,
    CONVERSATION_SIZE,
    { local: CONVERSATION_LOCAL, comm: CONVERSATION_COMM },
  ],
  ['dns.h', 'datagram', datagram, DATAGRAM_SIZE, { remote: DATAGRAM_REMOTE }],
  ['drops.h', 'drop_key', dropKey, DROP_KEY_SIZE, {}],
  ['drops.h', 'drop', drop, DROP_SIZE, { device: DROP_DEVICE }],
  ['drops.h', 'socket_drop_key', socketDropKey, SOCKET_DROP_KEY_SIZE, {}],
])(
  '%s: readers of struct %s read the fields they are named after',
  (file, structure, readers, size, arrays) => {
    const fields = fieldsOf(file, structure);
    const named = [...fields.keys()].map(readerOf);
    for (const name of Object.keys(readers)) expect(named).toContain(name);
    for (const [field, { width }] of fields) {
      const largest = width === 8 ? Number.MAX_SAFE_INTEGER : 256 ** width - 1;
      const view = viewOf(structureOf(fields, { [field]: [largest] }, new Uint8Array(size)));
      for (const [name, read] of Object.entries(readers))
        expect(read(view, 0), `${name} beside ${field}`).toBe(name === readerOf(field) ? largest : 0);
    }
    for (const [field, offset] of Object.entries(arrays)) expect(fields.get(field)!.offset).toBe(offset);
    const last = [...fields.values()].at(-1)!;
    expect(last.offset + last.width * last.count).toBe(size);
  },
);

test('counters stand in the order of the C structure', () => {
  expect([...fieldsOf('udp.h', 'datagram_counters').keys()].map(readerOf)).toEqual(DATAGRAM_COUNTERS);
});
