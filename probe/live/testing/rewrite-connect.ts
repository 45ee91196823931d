import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BpfObject } from '../../bpf-ringbuf-napi/index.js';
import type { Address } from '../../flow.ts';

/**
 * Sends every connect(2) of a cgroup to one IPv4 address somewhere else.
 *
 * @returns ends it
 */
export function rewriteConnect(cgroup: string, service: string, server: Address): () => void {
  const folder = mkdtempSync(path.join(tmpdir(), 'rewrite-connect-'));
  try {
    const object = BpfObject.open(compile(folder));
    object.setGlobal('service_ip', Uint8Array.from(service.split('.').map(Number)));
    object.setGlobal('server_ip', Uint8Array.from(server.ip.split('.').map(Number)));
    object.setGlobal('server_port', Uint8Array.of(server.port >> 8, server.port & 255, 0, 0));
    object.load();
    object.attachCgroup('rewrite_connect', cgroup);
    return () => object.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compile(folder: string): string {
  const source = fileURLToPath(new URL('rewrite-connect.bpf.c', import.meta.url));
  const object = path.join(folder, 'rewrite-connect.bpf.o');
  const headers = `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  execFileSync('clang', ['-O2', '-g', '-target', 'bpf', `-I${headers}`, '-c', source, '-o', object]);
  return object;
}
