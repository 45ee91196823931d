import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { needs } from '../../.ci/needs.ts';
import { BUCKETS, bucketOf, lowerBound } from '../histogram.ts';

test('the kernel puts a latency into the same bucket', (context) => {
  needs(context, 'gcc');
  const header = readFileSync(new URL('../bpf/histogram.h', import.meta.url), 'utf8');
  const edges = Array.from({ length: BUCKETS }, (_, bucket) => lowerBound(bucket));
  const values = [...edges, ...edges.map((edge) => Math.max(0, edge - 1)), 2 ** 31 - 1];
  const folder = mkdtempSync(path.join(tmpdir(), 'flt-'));
  try {
    writeFileSync(
      path.join(folder, 'buckets.c'),
      `#include <linux/types.h>
       #include <stdio.h>
       #undef __always_inline
       #define __always_inline inline
       ${header.replace(/#include .*|#pragma .*/g, '')}
       int main(void) { unsigned value; while (scanf("%u", &value) == 1) printf("%u\\n", bucket_of(value)); }`,
    );
    execFileSync('gcc', ['-o', path.join(folder, 'buckets'), path.join(folder, 'buckets.c')]);
    const out = execFileSync(path.join(folder, 'buckets'), { input: values.join('\n'), encoding: 'utf8' });
    expect(out.trim().split('\n').map(Number)).toEqual(values.map(bucketOf));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
