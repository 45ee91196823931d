/** What a layout needs to know of a neighbourhood. Ids order everything, so they must be stable between refreshes. */
export interface LayoutGraph {
  readonly centre: string;
  /** `hops` from the centre, negative for callers. */
  readonly nodes: readonly { readonly id: string; readonly hops: number }[];
  readonly edges: readonly LayoutEdge[];
}

export interface LayoutEdge {
  readonly id: string;
  readonly client: string;
  readonly server: string;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Column index by node id, ascending from the farthest callers to the farthest dependencies. */
export type Columns = ReadonlyMap<string, number>;

/** A node, or the place where a long edge passes a column. */
export interface Item {
  readonly id: string;
  readonly column: number;
  readonly isNode: boolean;
}

/** Two items in neighbouring columns that an edge joins. */
export interface Segment {
  readonly left: string;
  readonly right: string;
}

/** Items by column, top to bottom. */
export type Order = readonly (readonly Item[])[];

export interface Layout {
  readonly positions: ReadonlyMap<string, Point>;
  /** Points an edge passes between its ends, from client to server; empty for neighbours. */
  readonly routes: ReadonlyMap<string, readonly Point[]>;
}
