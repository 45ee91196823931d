import { execFileSync } from 'node:child_process';
import { closeSync, copyFileSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../../.ci/needs.ts';
import { createSecureWorld, type Running, type SecureWorld } from '../testing/secure.ts';
import { type Tapped, tap } from '../testing/tapped.ts';
import { followClearText } from './clear-text.ts';
import { readElf } from './elf.ts';
import { mappedFiles } from './mapped.ts';
import { planOf } from './plan.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'openssl'] as const;
const PORT = 9447;
/** The instruction that the kernel puts where it probes. */
const BREAKPOINT = 0xcc;
const HOUR = 3_600_000_000;

let tapped: Tapped;
let world: SecureWorld;
let server: Running;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  tapped = tap({ clearText: true });
  world = createSecureWorld(tapped.netns);
  server = await serve(PORT);
});

afterAll(async () => {
  await world?.close();
  tapped?.close();
});

/** With a library of its own, which nobody else on the machine probes. */
async function serve(port: number): Promise<Running> {
  const library = path.join(world.folder, 'libssl.so.3');
  if (!existsSync(library)) copyFileSync(systemLibrary(), library);
  const command = `LD_LIBRARY_PATH=. openssl s_server -accept ${port} -cert certificate.pem -key key.pem -www`;
  return world.start('env', ...command.split(' '));
}

function systemLibrary(): string {
  const [, file] = execFileSync('ldd', [execFileSync('which', ['openssl'], { encoding: 'utf8' }).trim()], {
    encoding: 'utf8',
  }).match(/libssl\.so\.3 => (\S+)/)!;
  return file!;
}

/** The first byte at each probed place, as the process has it in its memory. */
function probedBytes(pid: number): readonly number[] {
  const [library] = mappedFiles(pid).filter((mapped) => mapped.library);
  const plan = planOf(readElf(library!.file)!)!;
  if ('unsuited' in plan) throw new Error(plan.unsuited);
  const [, from, at] = readFileSync(`/proc/${pid}/maps`, 'latin1').match(
    new RegExp(`^([0-9a-f]+)-[0-9a-f]+ r-xp ([0-9a-f]+) .*${library!.name}$`, 'm'),
  )!;
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    return plan.places.map(({ offset }) => {
      const byte = new Uint8Array(1);
      readSync(memory, byte, 0, 1, Number.parseInt(from!, 16) - Number.parseInt(at!, 16) + offset);
      return byte[0]!;
    });
  } finally {
    closeSync(memory);
  }
}

function clearTexts(): readonly string[] {
  return tapped
    .chunks()
    .filter(({ clear }) => clear)
    .map(({ role, received, bytes }) => `${role} ${received ? 'got' : 'said'} ${Buffer.from(bytes)}`);
}

function ask(): void {
  world.run('openssl', ...`s_client -connect 127.0.0.1:${PORT} -quiet`.split(' '));
}

test('s_client and s_server are read while asked for; afterwards no probe is left in the program', (context) => {
  needs(context, ...NEEDS);
  const clean = probedBytes(server.pid);
  expect(clean).not.toContain(BREAKPOINT);

  const clearText = followClearText(tapped.object, { processes: ['openssl'] });
  clearText.follow(0);
  expect(new Set(probedBytes(server.pid))).toEqual(new Set([BREAKPOINT]));
  ask();
  const texts = clearTexts();
  expect(texts.filter((text) => /^server got GET \/items\/1 /.test(text))).toHaveLength(1);
  expect(texts.filter((text) => /^server said HTTP\/1.0 200 ok/.test(text))).toHaveLength(1);

  clearText.close();
  expect(probedBytes(server.pid)).toEqual(clean);
  ask();
  expect(clearTexts()).toEqual([]);
});

test('the last process that used a library takes its probes along, in time', async (context) => {
  needs(context, ...NEEDS);
  const witness = server.pid;
  const passing = await serve(PORT + 1);
  const clearText = followClearText(tapped.object, { processes: [passing.pid] });
  clearText.follow(0);
  expect(clearText.feature()).toMatchObject({ state: 'on' });
  await passing.stop();
  clearText.follow(1);
  expect(probedBytes(witness)).toContain(BREAKPOINT);
  clearText.follow(HOUR);
  expect(probedBytes(witness)).not.toContain(BREAKPOINT);
  expect(clearText.feature()).toMatchObject({ state: 'off', reason: expect.stringContaining('FL-108') });
  clearText.close();
});
