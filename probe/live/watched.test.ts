import fc from 'fast-check';
import { expect, test } from 'vitest';
import { watch } from './watched.ts';

const numberOf = (bytes: Uint8Array) => new Uint32Array(bytes.slice().buffer)[0]!;

function maps(maxEntries: number) {
  const watched = new Set<number>();
  const hints = new Map<number, number>();
  return {
    watched: {
      update: (key: Uint8Array) => void watched.add(numberOf(key)),
      delete: (key: Uint8Array) => watched.delete(numberOf(key)),
    },
    hints: {
      maxEntries,
      update: (key: Uint8Array, value: Uint8Array) => void hints.set(numberOf(key), numberOf(value)),
    },
    /** As the kernel programs ask. */
    isWatched: (inum: number) => (hints.get(inum % maxEntries) ?? 0) > 0 && watched.has(inum),
    members: watched,
  };
}

test('what was added and not removed is watched, and nothing else, whatever shares its last bits', () => {
  const inum = fc.integer({ min: 0, max: 20 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), inum)), inum, (steps, other) => {
      const kernel = maps(4);
      const { add, remove } = watch(kernel.watched, kernel.hints);
      const expected = new Set<number>();
      for (const [adds, each] of steps) {
        if (adds) {
          add(each);
          expected.add(each);
        } else {
          remove(each);
          expected.delete(each);
        }
      }
      expect(kernel.isWatched(other)).toBe(expected.has(other));
      expect(kernel.members).toEqual(expected);
      for (const each of expected) expect(kernel.isWatched(each)).toBe(true);
    }),
  );
});
