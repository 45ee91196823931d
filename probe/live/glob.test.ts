import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globMatches } from './glob.ts';

test('agrees with the regular expression that means the same', () => {
  const tokens = [
    ['a', 'a'],
    ['b', 'b'],
    ['-', '-'],
    ['.', '\\.'],
    ['*', '.*'],
    ['?', '.'],
    ['[ab]', '[ab]'],
    ['[!a]', '[^a]'],
    ['[a-c]', '[a-c]'],
  ] as const;
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...tokens), { maxLength: 8 }),
      fc.array(fc.constantFrom('a', 'b', 'c', '-', '.'), { maxLength: 8 }),
      (pattern, letters) => {
        const name = letters.join('');
        const expression = new RegExp(`^${pattern.map(([, part]) => part).join('')}$`);
        expect(globMatches(pattern.map(([part]) => part).join(''), name)).toBe(expression.test(name));
      },
    ),
  );
});

test('what is no pattern stands for itself', () => {
  expect(globMatches('[ab', '[ab')).toBe(true);
  expect(globMatches('node+1', 'node+1')).toBe(true);
  expect(globMatches('node+1', 'nodee1')).toBe(false);
});

test('many stars do not take forever', () => {
  expect(globMatches(`${'*a'.repeat(50)}b`, 'a'.repeat(5000))).toBe(false);
});
