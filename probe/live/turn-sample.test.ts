import { expect, test } from 'vitest';
import { fieldsOf, structureOf, viewOf } from './testing/records.ts';
import { readTurnSample, SAMPLE_SIZE, sample } from './turn-sample.ts';

const FIELDS = fieldsOf('sample.h', 'sample');

const camel = (field: string) => field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

test('every reader reads the field of the C structure that it is named after, and nothing beside it', () => {
  const last = [...FIELDS.values()].at(-1)!;
  expect(last.offset + last.width * last.count).toBe(SAMPLE_SIZE);
  expect([...FIELDS.keys()].map(camel).filter((name) => name !== 'pad')).toEqual(Object.keys(sample));
  for (const [field, { width }] of FIELDS) {
    if (field === 'pad') continue;
    const largest = width === 8 ? Number.MAX_SAFE_INTEGER : 256 ** width - 1;
    const view = viewOf(structureOf(FIELDS, { [field]: largest }, new Uint8Array(SAMPLE_SIZE)));
    for (const [name, reader] of Object.entries(sample))
      expect(reader(view, 0)).toBe(name === camel(field) ? largest : 0);
  }
});

test('both ends name the same pair of sequence numbers', () => {
  const read = (role: number, own: number, other: number) =>
    readTurnSample(
      viewOf(
        structureOf(
          FIELDS,
          { role, isn_local: own, isn_remote: other, offset: 5 },
          new Uint8Array(SAMPLE_SIZE),
        ),
      ),
      0,
    );
  expect(read(1, 11, 22)).toMatchObject({ role: 'client', isn: { client: 11, server: 22 }, offset: 5 });
  expect(read(2, 22, 11)).toMatchObject({ role: 'server', isn: { client: 11, server: 22 }, offset: 5 });
});
