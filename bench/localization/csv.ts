import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A CSV file (`.gz` too) without quoted fields: its heading and its rows. */
export function readCsv(file: string): {
  readonly heading: readonly string[];
  readonly rows: readonly string[][];
} {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\ufeff/, '');
  const [heading = [], ...rows] = text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => line.split(','));
  return { heading, rows };
}
