import { expect, test } from 'vitest';
import { watchLevel } from './level.ts';

test('a level that was left before anybody looked is told all the same, once', () => {
  const worst = watchLevel();
  const at = (level: 'payload' | 'turns' | 'connections', payload: number, turns = 0, connections = 0) =>
    worst({ level, levelSeconds: { payload, turns, connections } });
  expect(at('payload', 1)).toBe(0);
  expect(at('turns', 1)).toBe(1);
  expect(at('payload', 2, 1)).toBe(1);
  expect(at('payload', 3, 1)).toBe(0);
  expect(at('payload', 4, 2, 1)).toBe(2);
  expect(at('connections', 4, 2, 1)).toBe(2);
});
