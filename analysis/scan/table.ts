/** Leaves described by tags: column `t` of leaf `i` has the value `values[t][codes[t][i]]`. */
export interface TagTable {
  readonly tags: readonly string[];
  readonly values: readonly (readonly string[])[];
  readonly codes: readonly Uint16Array[];
  readonly size: number;
}

/** A conjunction of tag values. */
export type TagSet = readonly { readonly tag: string; readonly value: string }[];

/** @param rows of each leaf the values of its tags, in the order of `tags`; at most 65,536 values of one tag */
export function tagTable(tags: readonly string[], rows: readonly (readonly string[])[]): TagTable {
  const coded = tags.map((_, tag) => codesOf(rows, tag));
  return {
    tags,
    values: coded.map(({ values }) => values),
    codes: coded.map(({ codes }) => codes),
    size: rows.length,
  };
}

function codesOf(rows: readonly (readonly string[])[], tag: number) {
  const known = new Map<string, number>();
  const codes = Uint16Array.from(rows, (row) => {
    const value = row[tag] ?? '';
    const code = known.get(value) ?? known.size;
    known.set(value, code);
    return code;
  });
  return { values: [...known.keys()], codes };
}

/** The leaves by the values of some tags: every leaf belongs to one group. */
export interface Cuboid {
  /** Places of the tags in the table, ascending. */
  readonly tags: readonly number[];
  /** Of each leaf, the number of its group. */
  readonly group: Int32Array;
  readonly groups: number;
}

/** Groupings by one tag, by two, … by `depth` tags, the shorter ones first. */
export function cuboidsOf(table: TagTable, depth: number): Cuboid[] {
  const all: Cuboid[] = [];
  let last: readonly Cuboid[] = [{ tags: [], group: new Int32Array(table.size), groups: 1 }];
  for (let level = 1; level <= Math.min(depth, table.tags.length); level++) {
    last = last.flatMap((parent) =>
      table.tags.flatMap((_, tag) => (tag > (parent.tags.at(-1) ?? -1) ? [refined(table, parent, tag)] : [])),
    );
    all.push(...last);
  }
  return all;
}

function refined(table: TagTable, parent: Cuboid, tag: number): Cuboid {
  const codes = table.codes[tag]!;
  const width = table.values[tag]!.length;
  const numbers = new Map<number, number>();
  const group = new Int32Array(table.size);
  for (let i = 0; i < table.size; i++) {
    const key = parent.group[i]! * width + codes[i]!;
    let number = numbers.get(key);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(key, number);
    }
    group[i] = number;
  }
  return { tags: [...parent.tags, tag], group, groups: numbers.size };
}

/** The tag values that all leaves of a group share. */
export function tagSetOf(table: TagTable, { tags, group }: Cuboid, number: number): TagSet {
  const leaf = group.indexOf(number);
  return tags.map((tag) => ({
    tag: table.tags[tag]!,
    value: table.values[tag]![table.codes[tag]![leaf]!]!,
  }));
}
