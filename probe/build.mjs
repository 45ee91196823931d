/**
 * Builds what live probing needs: the addon, and the kernel programs as `build/faultline.bpf.o`. Each is left alone when it
 * is newer than its sources. `node probe/build.mjs`, or `await buildPrograms()` for the programs alone.
 */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build as buildAddon } from './bpf-ringbuf-napi/build.mjs';

const run = promisify(execFile);
const folder = path.dirname(fileURLToPath(import.meta.url));
const sources = path.join(folder, 'bpf');
const object = path.join(folder, 'build', 'faultline.bpf.o');

/** Node's name of the architecture to that of libbpf's headers and of Debian's multi-arch folder. */
const ARCHITECTURES = {
  x64: { target: 'x86', headers: 'x86_64-linux-gnu' },
  arm64: { target: 'arm64', headers: 'aarch64-linux-gnu' },
};

/** @returns {Promise<{ path: string, built: boolean }>} `built: false` when it was up to date. */
export async function buildPrograms() {
  const inputs = [
    fileURLToPath(import.meta.url),
    ...readdirSync(sources).map((name) => path.join(sources, name)),
  ];
  if (changed(object) >= Math.max(...inputs.map(changed))) return { path: object, built: false };

  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined) {
    throw new Error(`The kernel programs know the registers of x86-64 and arm64, not of ${process.arch}.`);
  }
  await requirePackages();
  mkdirSync(path.dirname(object), { recursive: true });
  const partial = `${object}.${process.pid}`;
  try {
    await run('clang', [
      ...'-O2 -g -Wall -Wextra -Werror -Wno-unused-parameter -target bpf -mcpu=v3'.split(' '),
      `-D__TARGET_ARCH_${architecture.target}`,
      `-I/usr/include/${architecture.headers}`,
      '-c',
      path.join(sources, 'faultline.bpf.c'),
      '-o',
      partial,
    ]);
    /* The line tables of DWARF go, BTF stays: smaller, but not needed. */
    await run('llvm-strip', ['-g', partial]).catch(() => {});
    /* Whoever may write this file decides what runs in the kernel. */
    chmodSync(partial, 0o644);
    renameSync(partial, object);
  } catch (error) {
    rmSync(partial, { force: true });
    throw new Error(`The kernel programs could not be compiled:\n${error.stderr || error.message}`, {
      cause: error,
    });
  }
  return { path: object, built: true };
}

async function requirePackages() {
  const clang = await run('clang', ['--version']).then(
    () => true,
    () => false,
  );
  const missing = [
    ...(clang ? [] : ['clang']),
    ...(existsSync('/usr/include/bpf/bpf_helpers.h') ? [] : ['libbpf-dev']),
    ...(existsSync('/usr/include/linux/bpf.h') ? [] : ['linux-libc-dev']),
  ];
  if (missing.length > 0) {
    throw new Error(
      `Compiling the kernel programs needs packages that are missing: apt-get install ${missing.join(' ')}`,
    );
  }
}

/** Milliseconds; 0 for a file that is not there. */
function changed(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const build of [buildAddon, buildPrograms]) {
    try {
      const { path: file, built } = await build();
      console.log(`${path.relative(process.cwd(), file)}: ${built ? 'built' : 'up to date'}`);
    } catch (error) {
      console.error(error.message);
      process.exitCode = 1;
    }
  }
}
