import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore, WINDOW_MICROS } from '../../graph/index.ts';
import { begin, faultline, within } from '../testing/run.ts';
import { openShop, SHOP_START } from '../testing/shop.ts';
import { COMMANDS } from './catalogue.ts';

let folder: string;
let store: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faultline-cli-'));
  store = join(folder, 'shop.duckdb');
  await (await openShop(store)).close();
  await (await openStore(join(folder, 'empty.duckdb'))).close();
  await writeFile(join(folder, 'junk.duckdb'), 'not a database');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const ask = (...args: string[]) => within(...args, '--store', store);

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
    ['a command of a later version', ['digest'], 'FL-605', 'not in this version'],
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
    const { code, err } = await faultline(['why', 'chekout', '--json', '--store', store]);
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
      ['capture', join(folder, 'new.duckdb')],
    ]) {
      const outcome = await within(...command, '--store', join(folder, file));
      expect(outcome.code).toBe(1);
      expect(outcome.err).toContain(`${code}: `);
      expect(outcome.err).toContain(hint);
    }
    expect(await readdir(folder)).not.toContain('new.duckdb');
  });
});

describe('why', () => {
  test('names the version, with counts, what it is not and the change before it', async () => {
    const { code, out } = await faultline(['why', 'checkout', '--store', store]);
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toMatch(
      /^checkout is slow since 03:12:00 \(3 min\): P99 .* → .* on frontend → checkout :5050/,
    );
    expect(out).toMatch(/^1 {2}payment v2\.12 answers slowly .* of the excess$/m);
    expect(out).toContain('server version = v2.12');
    expect(out).toMatch(/requests slow \(.* %\) · elsewhere/);
    expect(out).toMatch(/before +03:11:22 rollout: v2\.11 → v2\.12 \(38 s earlier\)/);
    expect(out).not.toContain('\u001b');
  });

  test('--json is the contract’s document', async () => {
    const report = JSON.parse((await ask('why', 'shop/checkout', '--json')).out);
    expect(report).toMatchObject({
      service: 'shop/checkout',
      verdict: 'anomalous',
      to: '2026-11-20T03:15:00Z',
    });
    expect(report.findings[0]).toMatchObject({
      rank: 1,
      origin: { client: 'shop/checkout', server: 'shop/payment', port: 50051 },
      domain: [{ side: 'server', tag: 'version', value: 'v2.12' }],
      mechanism: 'slow service',
    });
    for (const key of ['from', 'to', 'baseline', 'signals', 'findings', 'blastRadius', 'coverage']) {
      expect(report).toHaveProperty(key);
    }
  });

  test('--markdown is a document, and --rows the rows behind a finding', async () => {
    expect((await ask('why', 'checkout', '--markdown')).out).toMatch(/^# shop\/checkout: anomalous\n/);
    const rows = JSON.parse((await ask('why', 'checkout', '--rows', '1', '--json')).out);
    expect(rows.sql).toContain('edge_rows');
    for (const row of rows.rows) expect(row.inside).toBe(row.version === 'v2.12');
    expect((await ask('why', 'checkout', '--rows', '1')).out).toContain('payment-v212-4:50051');
  });

  test('before the rollout everything is well', async () => {
    for (const when of [
      ['--at', '03:10'],
      ['--at', '-5m'],
      ['--from', '03:08', '--to', '03:10'],
    ]) {
      const report = JSON.parse((await ask('why', 'checkout', '--json', ...when)).out);
      expect(report).toMatchObject({ verdict: 'healthy', findings: [] });
    }
  });

  test('less coverage than asked for ends with 3, after the answer', async () => {
    const thin = join(folder, 'thin.duckdb');
    const shop = await openShop(thin);
    const window = SHOP_START + 80 * WINDOW_MICROS;
    await shop.addCoverage([
      { window, node: 'n1', reporting: true, seen: 0, lost: 9000, ends: 0, unresolved: 0 },
    ]);
    await shop.close();
    const asked = await faultline(['why', 'checkout', '--coverage', '99%', '--store', thin]);
    expect(asked.code).toBe(3);
    expect(asked.out).toContain('payment v2.12');
    expect((await faultline(['why', 'checkout', '--store', thin])).code).toBe(0);
    expect((await ask('why', 'checkout', '--coverage', '0.99')).code).toBe(0);
  });

  test('colour comes only when asked for, and NO_COLOR wins', async () => {
    const coloured = async (env: Record<string, string>) =>
      (await faultline(['why', 'cart', '--store', store], { env })).out.includes('\u001b[');
    expect(await coloured({})).toBe(false);
    expect(await coloured({ FORCE_COLOR: '1' })).toBe(true);
    expect(await coloured({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  });
});

describe('map and search', () => {
  test('the map says callers, dependencies and how they are', async () => {
    const { out } = await ask('map', 'checkout', '--hops', '1');
    expect(out).toMatch(/called by\n {2}shop\/frontend → shop\/checkout :5050 .*req\/s .*✗ bad: latency/);
    expect(out).toMatch(/\ncalls\n {2}shop\/checkout → shop\/payment :50051 /);
    expect(out).not.toContain('loadgenerator');
  });

  test('direction and hops are obeyed, in JSON and as a diagram', async () => {
    const map = JSON.parse((await ask('map', 'checkout', '--direction', 'up', '--json')).out);
    expect(map.nodes.map(({ id }: { id: string }) => id).sort()).toEqual([
      'shop/checkout',
      'shop/frontend',
      'shop/loadgenerator',
    ]);
    const diagram = (await ask('map', 'cart', '--mermaid')).out;
    expect(diagram).toMatch(/^flowchart LR\n/);
    expect(diagram).toMatch(/n\d -->\|":6379, .* req\/s"\| n\d/);
  });

  test('search finds pods and images, and says what is near when nothing matches', async () => {
    const { out } = await ask('search', 'v2.12');
    expect(out).toContain('shop/payment:v2.12');
    expect(out).toContain('shop/payment');
    const none = await ask('search', 'chekout');
    expect(none).toMatchObject({ code: 0, out: expect.stringContaining('The nearest: shop/checkout') });
    expect(JSON.parse((await ask('search', 'redis', '--json')).out).hits[0]).toMatchObject({
      service: 'shop/redis',
    });
  });
});

describe('capture, replay and demo', () => {
  test('a captured period replays to the same report', async () => {
    const capture = join(folder, 'incident.duckdb');
    const taken = await ask('capture', capture, '--from', '03:02', '--json');
    expect(JSON.parse(taken.out)).toMatchObject({ file: capture, from: '2026-11-20T03:02:00.000Z' });
    const { code, out } = await faultline(['replay', capture, '--no-serve']);
    expect(code).toBe(0);
    expect(out).toMatch(/^(checkout|frontend) is slow since 03:12:00/);
    expect(out).toContain('payment v2.12 answers slowly');
  });

  test('a capture may not replace its store, nor be broken', async () => {
    expect((await ask('capture', store)).err).toContain('FL-307');
    expect((await faultline(['replay', join(folder, 'junk.duckdb')])).err).toContain('FL-302');
    expect((await faultline(['replay', join(folder, 'absent.duckdb')])).err).toContain('FL-301');
  });

  test('the demo prints the report, serves the map, and takes its copy with it on Ctrl-C', async () => {
    const scratch = await mkdtemp(join(folder, 'tmp-'));
    const copies = async () => (await readdir(scratch)).filter((name) => name.startsWith('faultline-'));
    const demo = begin(['demo', '--capture', store, '--listen', '127.0.0.1:0'], { env: { TMPDIR: scratch } });
    const [, url] = await demo.seen(/map of .* is at (http:\S+)/);
    expect(await copies()).toHaveLength(1);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const map = (await (await fetch(`${url}/api/v1/map?service=checkout`)).json()) as { centre: string };
    expect(map.centre).toBe('shop/checkout');
    demo.child.kill('SIGINT');
    const { code, out } = await demo.ended;
    expect(code).toBe(0);
    expect(out).toContain('payment v2.12 answers slowly');
    expect(await copies()).toEqual([]);
  });

  test('a taken port is a coded error that says what to do', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as { port: number };
    const { code, err } = await faultline(['demo', '--capture', store, '--listen', `127.0.0.1:${port}`]);
    expect(code).toBe(1);
    expect(err).toMatch(/FL-560: .*--listen/);
    other.close();
  });

  test('a missing recording is a coded error', async () => {
    const { code, err } = await faultline(['demo', '--capture', join(folder, 'absent.duckdb')]);
    expect(code).toBe(1);
    expect(err).toContain('FL-501');
  });
});

describe('output', () => {
  test('a reader that goes away ends the output in peace', async () => {
    const running = begin(['why', 'checkout', '--store', store]);
    running.child.stdout.destroy();
    const { code, err } = await running.ended;
    expect(code).toBe(0);
    expect(err).toBe('');
  });
});
