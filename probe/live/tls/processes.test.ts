import { expect, test } from 'vitest';
import { candidates } from './mapped.ts';
import { createChooser, type ProcessFiles, plainNames } from './processes.ts';

function files(processes: Map<number, { name: string; cgroup: string }>): ProcessFiles {
  return {
    pids: () => [...processes.keys()],
    name: (pid) => processes.get(pid)?.name ?? null,
    cgroups: (pid) => (processes.has(pid) ? ['/', processes.get(pid)!.cgroup] : []),
  };
}

test('by id, by name, by cgroup; followed as they come and go', () => {
  const processes = new Map([
    [1, { name: 'init', cgroup: '/' }],
    [7, { name: 'nginx', cgroup: '/pods/web' }],
    [8, { name: 'node', cgroup: '/pods/shop' }],
    [9, { name: 'java', cgroup: '/pods/cart' }],
  ]);
  const chooser = createChooser([9, 'ngin?', '/pods/sh*'], files(processes));
  expect([...chooser.choose()]).toEqual([7, 8, 9]);
  processes.delete(8);
  processes.set(10, { name: 'nginx', cgroup: '/' });
  expect([...chooser.choose()]).toEqual([7, 9, 10]);
});

test('a process that gets another name is found in time', () => {
  const processes = new Map([[5, { name: 'sh', cgroup: '/' }]]);
  const chooser = createChooser(['nginx'], files(processes));
  expect(chooser.choose().size).toBe(0);
  processes.set(5, { name: 'nginx', cgroup: '/' });
  const rounds = Array.from({ length: 10 }, () => chooser.choose().size);
  expect(rounds).toContain(1);
});

test('names that stand for themselves are told from patterns and ids', () => {
  expect(plainNames([12, 'curl', 'ngin*', '/pods/a', 'py[23]', 'n?de'])).toEqual(['curl']);
});

test('of the mapped files, libraries of OpenSSL and programs are looked at', () => {
  const maps = [
    '00400000-00b6f000 r--p 00000000 fd:00 12 /usr/bin/node',
    '00b6f000-02600000 r-xp 0076f000 fd:00 12 /usr/bin/node',
    '7f0000000000-7f0000001000 r-xp 0001f000 fd:00 13                 /usr/lib/libssl.so.3 (deleted)',
    '7f0000002000-7f0000003000 r-xp 0001f000 fd:00 14 /opt/a b/libssl-1a2b.so.1.1',
    '7f0000004000-7f0000005000 r-xp 0001f000 fd:00 15 /usr/lib/libc.so.6',
    '7f0000006000-7f0000007000 r-xp 00000000 00:00 0 ',
    '7ffe00000000-7ffe00001000 r-xp 00000000 00:00 0 [vdso]',
    'nonsense',
  ].join('\n');
  expect(candidates(maps)).toEqual([
    { range: 'b6f000-2600000', name: '/usr/bin/node' },
    { range: '7f0000000000-7f0000001000', name: '/usr/lib/libssl.so.3' },
    { range: '7f0000002000-7f0000003000', name: '/opt/a b/libssl-1a2b.so.1.1' },
  ]);
});
