import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type CgroupFiles, cgroupFiles, cgroupMount, createCgroups } from './cgroups.ts';

function filesOf(tree: Map<number, string>, processes: Map<number, number>) {
  let walks = 0;
  const files: CgroupFiles = {
    *walk() {
      walks++;
      yield* tree;
    },
    ofProcess(pid) {
      const id = processes.get(pid);
      const path = id === undefined ? undefined : tree.get(id);
      return id === undefined || path === undefined ? null : [id, path];
    },
  };
  return { files, walks: () => walks };
}

test('asks the process first, then walks the tree, at most four times a second', () => {
  const { files, walks } = filesOf(
    new Map([
      [1, '/'],
      [7, '/pod/a'],
      [8, '/pod/b'],
    ]),
    new Map([[100, 7]]),
  );
  const cgroups = createCgroups(files);
  expect(cgroups.path(7, 100, 0)).toBe('/pod/a');
  expect(walks()).toBe(0);
  expect(cgroups.path(8, 999, 0)).toBe('/pod/b');
  expect(cgroups.path(9, 999, 100_000)).toBe('');
  expect(walks()).toBe(1);
  expect(cgroups.path(9, 999, 300_000)).toBe('');
  expect(walks()).toBe(2);
});

test('a process that has moved on does not name the cgroup it was in', () => {
  const { files } = filesOf(
    new Map([
      [7, '/pod/a'],
      [8, '/pod/b'],
    ]),
    new Map([[100, 8]]),
  );
  expect(createCgroups(files).path(7, 100, 0)).toBe('/pod/a');
});

test('a cgroup that is gone is known for a minute', () => {
  const tree = new Map([[7, '/pod/a']]);
  const { files } = filesOf(tree, new Map());
  const cgroups = createCgroups(files);
  expect(cgroups.path(7, 1, 0)).toBe('/pod/a');
  tree.clear();
  expect(cgroups.path(8, 1, 50_000_000)).toBe('');
  expect(cgroups.path(7, 1, 50_000_000)).toBe('/pod/a');
  expect(cgroups.path(8, 1, 61_000_000)).toBe('');
  expect(cgroups.path(7, 1, 61_000_000)).toBe('');
});

test('finds version 2 wherever it is mounted', () => {
  expect(cgroupMount('proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n')).toBe(
    '/sys/fs/cgroup',
  );
  expect(cgroupMount('cgroup /sys/fs/cgroup/cpu cgroup rw 0 0\nnone /mnt/a\\040b cgroup2 rw 0 0\n')).toBe(
    '/mnt/a b',
  );
  expect(cgroupMount('tmpfs /sys/fs/cgroup tmpfs rw 0 0')).toBeNull();
});

test('knows the cgroup of this very process', (context) => {
  const files = cgroupFiles();
  if (files === null) return context.skip('cgroup version 2 is not mounted');
  const own = files.ofProcess(process.pid)!;
  expect(readFileSync('/proc/self/cgroup', 'utf8')).toContain(`0::${own[1]}\n`);
  expect(createCgroups(files).path(own[0], process.pid, 0)).toBe(own[1]);
  expect(new Map(files.walk(100_000)).get(own[0])).toBe(own[1]);
});
