import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { needs } from '../../.ci/needs.ts';
import { capabilitiesFor } from './privileges.ts';

test('files of another user and low ports keep what they need, everything else is dropped', (context) => {
  needs(context, 'linux', 'root');
  const folder = mkdtempSync(path.join(tmpdir(), 'flt-'));
  try {
    const files = [path.join(folder, 'not', 'there', 'yet.duckdb')];
    expect(capabilitiesFor({ files, port: 7070 })).toEqual([]);
    expect(capabilitiesFor({ files, port: 0 })).toEqual([]);
    expect(capabilitiesFor({ files, port: 80 })).toEqual(['CAP_NET_BIND_SERVICE']);
    chownSync(folder, 65_534, 65_534);
    expect(capabilitiesFor({ files })).toEqual(['CAP_DAC_OVERRIDE']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
