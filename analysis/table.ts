import type { Side } from './finding.ts';
import type { LeafPair } from './leaves.ts';

/** One tag of one side over many leaves, as codes; -1 where a leaf lacks it. */
export interface Column {
  readonly side: Side;
  readonly tag: string;
  readonly codes: Int32Array;
  readonly values: readonly string[];
}

/** The tags a failure domain may be made of, in the order in which equally good ones are preferred. */
export const DOMAIN_TAGS = [
  'workload',
  'version',
  'image',
  'pod',
  'node',
  'zone',
  'region',
  'container',
  'process',
] as const;

/** What a reader may call a place: things of many workloads live there. */
export const PLACE_TAGS = ['node', 'zone', 'region'] as const;

export function column(leaves: readonly LeafPair[], side: Side, tag: string): Column {
  const codes = new Int32Array(leaves.length);
  const values: string[] = [];
  const known = new Map<string, number>();
  for (let i = 0; i < leaves.length; i++) {
    const value = tagOf(leaves[i]!, side, tag);
    if (value === undefined) {
      codes[i] = -1;
      continue;
    }
    let code = known.get(value);
    if (code === undefined) {
      code = values.length;
      known.set(value, code);
      values.push(value);
    }
    codes[i] = code;
  }
  return { side, tag, codes, values };
}

export function tagOf(leaf: LeafPair, side: Side, tag: string): string | undefined {
  if (tag === 'port') return String(leaf.port);
  // A workload that is only stood in for (an outside host) still distinguishes traffic.
  if (tag === 'workload') return leaf.edge[side].workload;
  return leaf[side].tags[tag as keyof (typeof leaf)['client']['tags']];
}
