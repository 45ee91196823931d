/**
 * Builds `build/Release/bpf_ringbuf.node` with g++ against the headers of the running Node: offline, without node-gyp.
 * Does nothing when the addon is newer than its sources. `node build.mjs`, or `await build()`.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = path.dirname(fileURLToPath(import.meta.url));
const sources = path.join(folder, 'src');
const objects = path.join(folder, 'build', 'obj');
const addon = path.join(folder, 'build', 'Release', 'bpf_ringbuf.node');

const COMPILE =
  '-std=gnu++17 -O2 -g1 -fPIC -fno-exceptions -fno-rtti -fvisibility=hidden -Wall -Wextra'.split(' ');
const LIBRARIES = ['-lbpf'];
const MIN_LIBBPF = [1, 1];

/** @returns {Promise<{ path: string, built: boolean }>} `built: false` when it was up to date. */
export async function build() {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).map((name) =>
    path.join(sources, name),
  );
  const units = files.filter((name) => name.endsWith('.cc'));
  const shared = newest([...files.filter((name) => name.endsWith('.h')), fileURLToPath(import.meta.url)]);
  if (changed(addon) >= Math.max(shared, newest(units))) return { path: addon, built: false };

  const headers = nodeHeaders();
  await requireToolchain();
  mkdirSync(objects, { recursive: true });
  mkdirSync(path.dirname(addon), { recursive: true });
  const compiled = units.map((unit) => ({
    unit,
    object: path.join(objects, `${path.relative(sources, unit).replaceAll(path.sep, '-')}.o`),
  }));
  const stale = compiled.filter(({ unit, object }) => changed(object) < Math.max(shared, changed(unit)));
  await inParallel(stale, ({ unit, object }) =>
    produce(object, (target) => ['g++', [...COMPILE, `-I${headers}`, '-c', unit, '-o', target]]),
  );
  await produce(addon, (target) => [
    'g++',
    ['-shared', '-o', target, ...compiled.map(({ object }) => object), ...LIBRARIES],
  ]);
  return { path: addon, built: true };
}

/** Written beside and renamed: a build that fails or runs twice at once never leaves a broken file. */
async function produce(target, command) {
  const partial = `${target}.${process.pid}`;
  const [program, parameters] = command(partial);
  try {
    await run(program, parameters, { maxBuffer: 16 << 20 });
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { force: true });
    throw coded(
      'ERR_BUILD_FAILED',
      `${path.basename(target)} could not be built:\n${error.stderr || error.message}`,
      error,
    );
  }
}

async function inParallel(items, action) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await action(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

function nodeHeaders() {
  const headers = path.resolve(process.execPath, '../../include/node');
  if (existsSync(path.join(headers, 'node_api.h'))) return headers;
  throw coded(
    'ERR_NO_NODE_HEADERS',
    `The C headers of Node are not in ${headers}: use a Node from nodejs.org, or install its headers package (libnode-dev).`,
  );
}

/** Names in one sentence the packages that are missing. */
async function requireToolchain() {
  if (process.platform !== 'linux') throw coded('ERR_NOT_LINUX', 'eBPF exists on Linux only.');
  if (!(await succeeds('g++', ['--version'])))
    throw missing(['g++', 'libbpf-dev', 'libelf-dev', 'zlib1g-dev']);
  const version = await libbpfVersion();
  if (version === null) throw missing(['libbpf-dev', 'libelf-dev', 'zlib1g-dev']);
  const [major, minor] = version;
  if (major < MIN_LIBBPF[0] || (major === MIN_LIBBPF[0] && minor < MIN_LIBBPF[1])) {
    throw coded(
      'ERR_OLD_LIBBPF',
      `libbpf ${major}.${minor} is too old: ${MIN_LIBBPF.join('.')} or newer is needed.`,
    );
  }
}

async function libbpfVersion() {
  const script = `printf '#include <bpf/libbpf.h>\\nversion LIBBPF_MAJOR_VERSION LIBBPF_MINOR_VERSION\\n' | g++ -E -P -xc++ -`;
  try {
    const { stdout } = await run('sh', ['-c', script], { maxBuffer: 16 << 20 });
    const found = /version (\d+) (\d+)/.exec(stdout);
    return found === null ? null : [Number(found[1]), Number(found[2])];
  } catch {
    return null;
  }
}

async function succeeds(program, parameters) {
  try {
    await run(program, parameters);
    return true;
  } catch {
    return false;
  }
}

function missing(packages) {
  return coded(
    'ERR_MISSING_PACKAGES',
    `Building needs packages that are missing: apt-get install ${packages.join(' ')}`,
  );
}

function coded(code, message, cause) {
  return Object.assign(new Error(message, { cause }), { code });
}

/** Milliseconds; 0 for a file that is not there. */
function changed(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newest(files) {
  return Math.max(0, ...files.map(changed));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const { path: file, built } = await build();
    console.log(`bpf-ringbuf-napi: ${built ? 'built' : 'up to date'}: ${path.relative(process.cwd(), file)}`);
  } catch (error) {
    console.error(`bpf-ringbuf-napi: ${error.code}: ${error.message}`);
    process.exitCode = 1;
  }
}
