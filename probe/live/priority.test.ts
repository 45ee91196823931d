import { getPriority } from 'node:os';
import { expect, test } from 'vitest';
import { raisePriority } from './priority.ts';

test('a priority is raised where that is permitted, never lowered, and put back', () => {
  const before = getPriority();
  const putBack = raisePriority(before - 3);
  expect([before, before - 3]).toContain(getPriority());
  raisePriority(before + 5)();
  expect([before, before - 3]).toContain(getPriority());
  putBack();
  expect(getPriority()).toBe(before);
});
