import { expect, test } from 'vitest';
import { cgroupName, idInFolder, idInNetns, netnsPrefix, newWorldId, ownerRuns } from './identity.ts';

test('an id names its owner, and two worlds of one process differ', () => {
  const [first, second] = [newWorldId(), newWorldId()];
  expect(first).not.toBe(second);
  expect(ownerRuns(first)).toBe(true);
});

test('a process that ended, or another one that got its pid, is not the owner', () => {
  const id = newWorldId();
  const otherStart = id.slice(5, 8) === '000' ? '001' : '000';
  expect(ownerRuns(`${id.slice(0, 5)}${otherStart}${id.slice(8)}`)).toBe(false);
  // Beyond the largest pid Linux gives.
  expect(ownerRuns(`zzzzz${id.slice(5)}`)).toBe(false);
});

test('names lead back to the id, and other names do not', () => {
  const id = newWorldId();
  expect(idInNetns(`${netnsPrefix(id)}n1`)).toBe(id);
  expect(idInFolder(cgroupName(id))).toBe(id);
  for (const name of ['flt-123-a', 'fl-x', 'flannel', `x${netnsPrefix(id)}n1`]) {
    expect(idInNetns(name)).toBeNull();
    expect(idInFolder(name)).toBeNull();
  }
});
