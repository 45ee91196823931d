import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultlineError } from '../../probe/index.ts';
import { run } from './run.ts';

const GCC = '-O2 -Wall -Wextra -Werror -D_GNU_SOURCE'.split(' ');
const CLANG = '-O2 -g -mcpu=v3 -Wall -Wextra -Werror -Wno-unused-parameter -target bpf'.split(' ');

let folder: string | null = null;

/** A folder for what this process makes, removed when it ends. */
export function scratch(): string {
  if (folder === null) {
    const made = mkdtempSync(join(tmpdir(), 'flt-bench-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return folder;
}

/** Compiles one C file into a program of this name and returns its path. @throws FaultlineError FL-584 */
export async function compileProgram(source: string, name: string): Promise<string> {
  return compiled('gcc', GCC, source, join(scratch(), name));
}

/** Compiles one C file into an object of kernel programs and returns its path. @throws FaultlineError FL-584 */
export async function compileObject(source: string, name: string): Promise<string> {
  const arch = process.arch === 'arm64' ? 'arm64' : 'x86';
  const headers = `-I/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  return compiled(
    'clang',
    [...CLANG, `-D__TARGET_ARCH_${arch}`, headers, '-c'],
    source,
    join(scratch(), `${name}.bpf.o`),
  );
}

async function compiled(
  compiler: string,
  flags: readonly string[],
  source: string,
  output: string,
): Promise<string> {
  try {
    await run(compiler, [...flags, '-o', output, source]);
    return output;
  } catch (cause) {
    throw new FaultlineError(
      'FL-584',
      `The benchmark could not compile ${source}.`,
      `Install ${compiler === 'gcc' ? 'gcc and libc6-dev' : 'clang, libbpf-dev and linux-libc-dev'}.`,
      { cause },
    );
  }
}
