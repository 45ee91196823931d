import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A kernel image and its modules, unpacked. */
export interface Kernel {
  readonly version: string;
  readonly image: string;
  /** Folder that holds `lib/modules/VERSION`. */
  readonly root: string;
}

/** Suites of Debian that carry the series, in the order in which they are asked. */
const SUITES = {
  '6.1': ['bookworm'],
  '6.12': ['bookworm-backports', 'trixie'],
} as const;

export type Series = keyof typeof SUITES;

const PACKAGE = 'linux-image-cloud-amd64';

/**
 * Debian's cloud kernel of a series, kept in the user's cache folder once it was downloaded. Nothing is installed, and the
 * package lists of the machine are not touched.
 *
 * @throws Error with the reason why there is none
 */
export async function fetchKernel(series: Series): Promise<Kernel> {
  const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'faultline-kernels');
  const kept = path.join(cache, series);
  if (!existsSync(kept)) {
    mkdirSync(cache, { recursive: true });
    const scratch = mkdtempSync(path.join(cache, 'partial-'));
    try {
      await download(series, scratch);
      renameSync(path.join(scratch, 'root'), kept);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
  const version = readdirSync(path.join(kept, 'lib/modules'))[0]!;
  return { version, image: path.join(kept, 'boot', `vmlinuz-${version}`), root: kept };
}

async function download(series: Series, scratch: string): Promise<void> {
  const problems: string[] = [];
  for (const suite of SUITES[series]) {
    try {
      await downloadFrom(suite, series, scratch);
      return;
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: string };
      problems.push(`${suite}: ${(stderr || message).trim().split('\n')[0]}`);
    }
  }
  throw new Error(`no kernel ${series} to be had (${problems.join('; ')})`);
}

async function downloadFrom(suite: string, series: Series, scratch: string): Promise<void> {
  const lists = path.join(scratch, suite);
  mkdirSync(path.join(lists, 'partial'), { recursive: true });
  const sources = path.join(scratch, `${suite}.list`);
  writeFileSync(sources, `deb ${mirror()} ${suite} main\n`);
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${lists}`,
    'Dir::Cache::pkgcache=',
    'Dir::Cache::srcpkgcache=',
    /* As if nothing were installed: a version only this machine has could not be downloaded. */
    'Dir::State::status=/dev/null',
    'APT::Sandbox::User=root',
    'APT::Update::Error-Mode=any',
  ].flatMap((option) => ['-o', option]);
  await run('apt-get', ['-qq', ...options, 'update'], { maxBuffer: 16 << 20 });
  const { stdout } = await run('apt-cache', [...options, 'show', PACKAGE], { maxBuffer: 16 << 20 });
  const image = imageOf(stdout, series);
  if (image === null) throw new Error(`it has no ${PACKAGE} of ${series}`);
  await run('apt-get', ['-qq', ...options, 'download', image], { cwd: lists });
  const archive = readdirSync(lists).find((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new Error(`${image} was not downloaded`);
  await run('dpkg-deb', ['-x', path.join(lists, archive), path.join(scratch, 'root')]);
}

/** Name of the package with the image that the newest metapackage of the series asks for. */
export function imageOf(stanzas: string, series: string): string | null {
  for (const stanza of stanzas.split('\n\n')) {
    const version = /^Version: (.*)$/m.exec(stanza)?.[1] ?? '';
    const image = /^Depends: .*?(linux-image-[^ ,]+)/m.exec(stanza)?.[1];
    if (version.startsWith(`${series}.`) && image !== undefined) return image;
  }
  return null;
}

/** The Debian mirror the machine itself uses. */
function mirror(): string {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
  for (const file of ['/etc/apt/sources.list', ...files]) {
    if (!existsSync(file)) continue;
    const found = /^(?:URIs:|deb\s(?:\[[^\]]*\]\s)?)\s*(\S+\/debian)\/?\s/m.exec(readFileSync(file, 'utf8'));
    if (found !== null) return found[1]!;
  }
  throw new Error('the package sources of this machine name no mirror of Debian');
}
