import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { faultline, within } from '../testing/run.ts';
import { useShop } from '../testing/use-shop.ts';
import { COMMANDS } from './catalogue.ts';

const shop = useShop();
const ask = (...args: string[]) => within(...args, '--store', shop.store);

describe('help', () => {
  test('lists every command, and each command explains itself and its version', async () => {
    const { code, out } = await faultline(['--help']);
    expect(code).toBe(0);
    for (const { name } of COMMANDS) expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    for (const args of [
      ['why', '--help'],
      ['help', 'why'],
      ['why', '-h'],
    ]) {
      expect((await faultline(args)).out).toContain('Usage: faultline why SERVICE [options]');
    }
    const versions = [await faultline(['--version']), await faultline(['map', '--version'])];
    for (const version of versions)
      expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  test('the bash completion is valid and completes commands, options and values', async () => {
    const { out } = await faultline(['completion', 'bash']);
    const complete = (line: string): string[] => {
      const words = line.split(' ');
      const script = `${out}
        COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _faultline
        printf '%s\\n' "\${COMPREPLY[@]}"`;
      return spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.trim().split('\n');
    };
    expect(complete('faultline re')).toEqual(['replay']);
    expect(complete('faultline map --h')).toEqual(['--hops', '--help']);
    expect(complete('faultline map --direction d')).toEqual(['down']);
    expect(complete('faultline completion z')).toEqual(['zsh']);
  });

  test('the zsh completion names every command and option', async () => {
    const { code, out } = await faultline(['completion', 'zsh']);
    expect(code).toBe(0);
    expect(out).toMatch(/^#compdef faultline\n/);
    for (const { name, options } of COMMANDS) {
      expect(out).toContain(`'${name}:`);
      for (const option of Object.keys(options)) expect(out).toContain(`--${option}[`);
    }
  });
});

describe('wrong use', () => {
  test.each([
    ['an unknown command', ['whi'], 'FL-601', 'faultline why'],
    ['a command of a later version', ['agent'], 'FL-605', 'not in this version'],
    ['an unknown option', ['map', 'cart', '--hop', '2'], 'FL-602', '--hops'],
    ['a missing argument', ['why'], 'FL-603', 'SERVICE'],
    ['an extra argument', ['why', 'a', 'b'], 'FL-603', '"b"'],
    ['an option without its value', ['why', 'cart', '--at'], 'FL-604', '--at TIME'],
    ['a switch with a value', ['why', 'cart', '--json=yes'], 'FL-604', 'no value'],
    ['an option given twice', ['why', 'cart', '--at', '03:00', '--at', '03:01'], 'FL-604', 'twice'],
    ['a value outside its set', ['map', 'cart', '--direction', 'left'], 'FL-604', 'up, down, both'],
    ['a bad address', ['demo', '--listen', 'no port:x'], 'FL-604', '127.0.0.1:7070'],
    ['a bad duration', ['flows', '--for', 'ever'], 'FL-604', '100ms'],
    ['a bad port', ['flows', '--port', '70000'], 'FL-604', '65535'],
    ['two sources of names', ['up', '--objects', 'a', '--server', 'b'], 'FL-606', 'exclude'],
    ['two forms', ['flows', '--text', '--json'], 'FL-606', 'exclude'],
  ])('%s is a coded error with what to do', async (_, args, code, hint) => {
    const outcome = await within(...args);
    expect(outcome.code).toBe(2);
    expect(outcome.out).toBe('');
    const line = args.includes('--json') ? JSON.parse(outcome.err).error.code : outcome.err;
    expect(line).toContain(code);
    expect(outcome.err).toContain(hint);
  });

  test.each([
    ['an unreadable time', ['why', 'cart', '--at', 'noon'], 'FL-604', 'noon'],
    [
      'a time outside the records',
      ['why', 'cart', '--at', '2020-01-01T00:00:00Z'],
      'FL-607',
      '2026-11-20T03:00:00Z',
    ],
    [
      'a period that ends before it begins',
      ['why', 'cart', '--from', '03:10', '--to', '03:05'],
      'FL-607',
      '--from',
    ],
    ['a moment and a period', ['why', 'cart', '--at', '03:10', '--from', '03:05'], 'FL-606', 'period'],
    ['a share above one', ['why', 'cart', '--coverage', '2'], 'FL-604', '99%'],
    ['a finding that is not there', ['why', 'checkout', '--rows', '9'], 'FL-604', 'The report has'],
    ['an unknown service', ['why', 'chekout'], 'FL-610', 'The nearest: shop/checkout'],
    ['an ambiguous service', ['map', 'a'], 'FL-611', 'shop/cart'],
  ])('%s', async (_, args, code, hint) => {
    const outcome = await ask(...args);
    expect(outcome.code).toBe(2);
    expect(outcome.err).toContain(`${code}: `);
    expect(outcome.err).toContain(hint);
  });

  test('with --json the error is JSON', async () => {
    const { code, err } = await faultline(['why', 'chekout', '--json', '--store', shop.store]);
    expect(code).toBe(2);
    expect(JSON.parse(err)).toEqual({
      error: { code: 'FL-610', message: expect.stringContaining('chekout'), hint: expect.any(String) },
    });
  });

  test.each([
    ['no store', 'absent.duckdb', 'FL-510', 'faultline up'],
    ['an empty store', 'empty.duckdb', 'FL-511', 'faultline up'],
    ['a file that is no store', 'junk.duckdb', 'FL-302', 'not a faultline store'],
  ])('%s is a coded failure', async (_, file, code, hint) => {
    for (const command of [
      ['why', 'cart'],
      ['map', 'cart'],
      ['search', 'cart'],
      ['capture', join(shop.folder, 'new.duckdb')],
    ]) {
      const outcome = await within(...command, '--store', join(shop.folder, file));
      expect(outcome.code).toBe(1);
      expect(outcome.err).toContain(`${code}: `);
      expect(outcome.err).toContain(hint);
    }
    expect(await readdir(shop.folder)).not.toContain('new.duckdb');
  });
});
