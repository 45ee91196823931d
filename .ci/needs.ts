import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

/** What a test may need from the machine, and how to tell whether it is there. */
const PROBES = {
  linux: () => process.platform === 'linux' || 'not Linux',
  root: () => process.getuid?.() === 0 || 'not root',
  btf: () => existsSync('/sys/kernel/btf/vmlinux') || 'the kernel has no BTF',
  addon: () => addonBuilt() || 'bpf-ringbuf-napi is not built (npm run build:probe)',
  bpf: () =>
    existsSync(new URL('../probe/build/faultline.bpf.o', import.meta.url)) ||
    'the kernel programs are not built (npm run build:probe)',
  chromium: () => executable('chromium') || 'chromium is not installed',
  'redis-server': () => executable('redis-server') || 'redis-server is not installed',
  ip: () => executable('ip') || 'iproute2 is not installed',
  iptables: () => executable('iptables') || 'iptables is not installed',
  nginx: () => executable('nginx') || 'nginx is not installed',
  wrk: () => executable('wrk') || 'wrk is not installed',
  postgres: () => existsSync('/usr/lib/postgresql') || 'PostgreSQL is not installed',
  mariadbd: () => executable('mariadbd') || 'MariaDB is not installed',
  dnsmasq: () => executable('dnsmasq') || 'dnsmasq is not installed',
  unbound: () => executable('unbound') || 'unbound is not installed',
  python3: () => executable('python3') || 'python3 is not installed',
  openssl: () => executable('openssl') || 'openssl is not installed',
  qemu: () => executable('qemu-system-x86_64') || 'qemu-system-x86 is not installed',
  busybox: () => existsSync('/bin/busybox') || 'busybox-static is not installed',
  cpio: () => executable('cpio') || 'cpio is not installed',
  clang: () => executable('clang') || 'clang is not installed',
  gcc: () => executable('gcc') || 'gcc is not installed',
} as const;

export type Need = keyof typeof PROBES;

/** The first reason why the machine cannot run a test with these needs, or `null` when it can. */
export function missing(...names: readonly Need[]): string | null {
  for (const name of names) {
    const found = PROBES[name]();
    if (found !== true) return found;
  }
  return null;
}

/**
 * Skips the running test, with the reason, where the machine lacks something. Call it first:
 * `test('…', (context) => { needs(context, 'root', 'btf'); … })`.
 */
export function needs(context: { skip: (note?: string) => never }, ...names: readonly Need[]): void {
  const reason = missing(...names);
  if (reason !== null) context.skip(reason);
}

function executable(name: string): boolean {
  const path = `${process.env.PATH ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`;
  return path.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)));
}

function addonBuilt(): boolean {
  const folder = new URL('../probe/bpf-ringbuf-napi/', import.meta.url);
  if (!existsSync(new URL('build/Release/bpf_ringbuf.node', folder))) return false;
  try {
    const { name } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { name: string };
    createRequire(import.meta.url)(new URL('build/Release/bpf_ringbuf.node', folder).pathname);
    return name === 'bpf-ringbuf-napi';
  } catch {
    return false;
  }
}
