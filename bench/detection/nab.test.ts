import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nab } from './nab.ts';
import { toleranceOf } from './tolerance.ts';

const SERIES = [
  {
    file: 'a.csv',
    trainLength: 2,
    windows: [['2014-03-14 00:10:00.000000', '2014-03-14 00:20:00.000000']],
  },
];
const CSV = `timestamp,value
2014-03-14 00:00:00,1
2014-03-14 00:05:00,2
2014-03-14 00:10:00,3.5
2014-03-14 00:15:00,4
2014-03-14 00:20:00,5
`;

function folder(files: Readonly<Record<string, string>>): string {
  const made = mkdtempSync(join(tmpdir(), 'faultline-nab-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(made, name), text);
  return made;
}

test('a series is read without its first row; windows end before their end', () => {
  const read = nab(folder({ 'series.json': JSON.stringify(SERIES), 'a.csv': CSV }));
  expect(read).toEqual([
    {
      name: 'a',
      values: Float64Array.of(2, 3.5, 4, 5),
      labels: Uint8Array.of(0, 1, 1, 0),
      trainLength: 2,
    },
  ]);
});

test.each([
  ['no list', {}],
  ['a broken list', { 'series.json': '[{' }],
  ['a missing file', { 'series.json': JSON.stringify(SERIES) }],
])('%s is an error with its code', (_, files) => {
  expect(() => nab(folder(files))).toThrow(expect.objectContaining({ code: 'FL-622' }));
});

test('the tolerance is the period, and 125 where there is none to accept', () => {
  const wave = (period: number) =>
    Float64Array.from({ length: 3_000 }, (_, i) => Math.sin((2 * Math.PI * i) / period));
  expect(toleranceOf(wave(48))).toBe(48);
  expect(toleranceOf(wave(350))).toBe(125);
  expect(toleranceOf(new Float64Array(3_000))).toBe(125);
});
