import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build as bundle } from 'esbuild';
import { OBJECT_FILE } from '../../probe.ts';
import type { Kernel } from './packages.ts';

const run = promisify(execFile);

const HERE = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const ADDON = HERE('../../../bpf-ringbuf-napi/build/Release/bpf_ringbuf.node');
/** Extensions of iptables are loaded by name at run time. */
const EXTENSIONS = '/usr/lib/x86_64-linux-gnu/xtables';
/** Folders of modules the traffic of the test may ask for: namespaces, pairs of devices, translation of addresses. */
const MODULE_FOLDERS = [
  'net/netfilter',
  'net/ipv4/netfilter',
  'net/ipv6/netfilter',
  'lib',
  'crypto',
  'arch/x86/crypto',
];
const MODULES = ['drivers/net/veth.ko', 'net/ipv6/ipv6.ko'];

/** The only program of the imitated machine; what it measured goes to the second serial port. */
const INIT = `#!/bin/sh
/bin/busybox mkdir -p /proc /sys /tmp /run /sbin /usr/sbin /usr/bin
/bin/busybox --install -s
export PATH=/guest/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
mkdir -p /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup
modprobe veth
ip link set lo up
BPF_RINGBUF_ADDON=/guest/bpf_ringbuf.node node /guest/guest.mjs /guest/faultline.bpf.o /guest/calls /tmp/answer
cat /tmp/answer > /dev/ttyS1
poweroff -f
`;

/**
 * Packs what the test needs into a file system that the kernel unpacks into memory: this Node, the probe, the tools that make
 * namespaces, and the kernel's modules.
 *
 * @param folder empty, to work in; the result is in it
 */
export async function packInitramfs(kernel: Kernel, folder: string): Promise<string> {
  const root = path.join(folder, 'root');
  const guest = path.join(root, 'guest');
  mkdirSync(path.join(guest, 'bin'), { recursive: true });
  writeFileSync(path.join(root, 'init'), INIT, { mode: 0o755 });
  put(root, realpathSync('/bin/busybox'), '/bin/busybox');
  for (const device of ['dev', 'etc']) mkdirSync(path.join(root, device));
  await bundle({
    entryPoints: [HERE('guest.ts'), HERE('../helper.mjs')],
    outdir: guest,
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  put(root, OBJECT_FILE, '/guest/faultline.bpf.o');
  await run('gcc', ['-O1', '-static', '-o', path.join(guest, 'calls'), HERE('../calls.c'), '-lpthread']);
  const programs = { node: process.execPath, ip: await find('ip'), iptables: await find('iptables') };
  for (const [name, file] of Object.entries(programs)) put(root, realpathSync(file), `/guest/bin/${name}`);
  /* Busybox's own shell would take its own `ip`. */
  put(root, realpathSync('/bin/sh'), '/bin/sh');
  put(root, ADDON, '/guest/bpf_ringbuf.node');
  const extensions = existsSync(EXTENSIONS)
    ? readdirSync(EXTENSIONS).map((name) => path.join(EXTENSIONS, name))
    : [];
  for (const file of extensions) put(root, file, file);
  for (const file of await librariesOf([...Object.values(programs), '/bin/sh', ADDON, ...extensions]))
    put(root, file, file);
  await addModules(kernel, root);
  return archive(root, path.join(folder, 'initramfs.cpio'));
}

/** Links stand for the files until the archive is made, which follows them. */
function put(root: string, from: string, to: string): void {
  const target = path.join(root, to);
  if (existsSync(target)) return;
  mkdirSync(path.dirname(target), { recursive: true });
  symlinkSync(from, target);
}

async function find(program: string): Promise<string> {
  const { stdout } = await run('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin"; command -v ${program}`]);
  return stdout.trim();
}

/** Shared libraries, as the loader of this machine finds them. */
async function librariesOf(files: readonly string[]): Promise<ReadonlySet<string>> {
  const { stdout } = await run('ldd', [...files], { maxBuffer: 16 << 20 });
  return new Set([...stdout.matchAll(/(?:=> |^\t)(\/\S+) \(0x/gm)].map(([, file]) => file!));
}

async function addModules({ root: from, version }: Kernel, root: string): Promise<void> {
  const modules = path.join('lib/modules', version);
  const source = path.join(from, modules, 'kernel');
  const target = path.join(root, modules, 'kernel');
  for (const name of ['modules.builtin', 'modules.order', 'modules.builtin.modinfo']) {
    const file = path.join(from, modules, name);
    mkdirSync(target, { recursive: true });
    if (existsSync(file)) copyFileSync(file, path.join(root, modules, name));
  }
  const wanted = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => isWanted(name));
  for (const name of wanted) {
    const to = path.join(target, name);
    mkdirSync(path.dirname(to), { recursive: true });
    copyFileSync(path.join(source, name), to);
  }
  const packed = wanted.filter((name) => name.endsWith('.xz')).map((name) => path.join(target, name));
  if (packed.length > 0) await run('busybox', ['unxz', ...packed]);
  await run('busybox', ['depmod', '-b', root, version]);
}

function isWanted(module: string): boolean {
  if (!/\.ko(\.xz)?$/.test(module)) return false;
  const plain = module.replace(/\.xz$/, '');
  return MODULES.includes(plain) || MODULE_FOLDERS.some((folder) => path.dirname(plain) === folder);
}

async function archive(root: string, file: string): Promise<string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const cpio = spawn('cpio', ['--quiet', '-o', '-L', '-H', 'newc'], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(cpio, 'close');
  cpio.stdin.end(`${names.join('\n')}\n`);
  await pipeline(cpio.stdout, createWriteStream(file));
  const [code] = await ended;
  if (code !== 0) throw new Error(`cpio ended with ${code}`);
  return file;
}
