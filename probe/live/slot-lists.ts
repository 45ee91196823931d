/**
 * Doubly linked lists of slots of one table: each slot is in one list at most, and moves without an allocation. Slots are
 * numbered from 0.
 */
export interface SlotLists {
  append(list: number, slot: number): void;
  remove(slot: number): void;
  /** The slot that is in the list for the longest, -1 of an empty one. */
  first(list: number): number;
  /** Makes room for slots below `capacity`. */
  grow(capacity: number): void;
}

export function createSlotLists(lists: number, capacity: number): SlotLists {
  /* Each list is a circle through a place of its own in front of the slots, so that no end is a special case. */
  let next = new Int32Array(lists + capacity);
  let previous = new Int32Array(lists + capacity);
  for (let list = 0; list < lists; list++) next[list] = previous[list] = list;
  return {
    append(list, slot) {
      const place = lists + slot;
      const last = previous[list]!;
      next[last] = place;
      previous[place] = last;
      next[place] = list;
      previous[list] = place;
    },
    remove(slot) {
      const place = lists + slot;
      next[previous[place]!] = next[place]!;
      previous[next[place]!] = previous[place]!;
    },
    first: (list) => (next[list]! === list ? -1 : next[list]! - lists),
    grow(capacity) {
      next = longer(next, lists + capacity);
      previous = longer(previous, lists + capacity);
    },
  };
}

function longer(numbers: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(length);
  grown.set(numbers);
  return grown;
}
