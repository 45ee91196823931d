import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { edits, nearestWord } from './nearest.ts';

describe('the nearest word', () => {
  test('is what was meant, or nothing', () => {
    const commands = ['demo', 'up', 'flows', 'why', 'map', 'search'];
    expect(nearestWord('whi', commands)).toBe('why');
    expect(nearestWord('serach', commands)).toBe('search');
    expect(nearestWord('flow', commands)).toBe('flows');
    expect(nearestWord('kubectl', commands)).toBeNull();
  });

  test('edits are a distance', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = edits(a, b);
        expect(distance).toBe(edits(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });

  test('neighbouring letters swapped are one edit', () => expect(edits('ab', 'ba')).toBe(1));
});
