/** Kinds of conversations the load is made of, in the order of the load's programs. */
export const KINDS = ['plain', 'half', 'resetByServer', 'resetByClient', 'refused'] as const;
export type Kind = (typeof KINDS)[number];
export type Counts = Readonly<Record<Kind, number>>;

/** What one process of the asking end wrote down: connect(2) calls by kind, and what became of them. */
export interface ClientLedger {
  readonly nanos: number;
  readonly made: Counts;
  readonly established: Counts;
  readonly answered: Counts;
  readonly reset: Counts;
  readonly refused: Counts;
  readonly other: Counts;
}

/** What the answering end wrote down: accepted connections, and answers. */
export interface ServerLedger {
  readonly made: Counts;
  readonly answered: Counts;
}

export const NOTHING: Counts = { plain: 0, half: 0, resetByServer: 0, resetByClient: 0, refused: 0 };

export function plus(a: Counts, b: Counts): Counts {
  return {
    plain: a.plain + b.plain,
    half: a.half + b.half,
    resetByServer: a.resetByServer + b.resetByServer,
    resetByClient: a.resetByClient + b.resetByClient,
    refused: a.refused + b.refused,
  };
}

export function sum(counts: Counts): number {
  return KINDS.reduce((so, kind) => so + counts[kind], 0);
}

/** Several processes' books as one; they ran side by side, so the longest tells how long. */
export function merged(ledgers: readonly ClientLedger[]): ClientLedger {
  const all = (book: Exclude<keyof ClientLedger, 'nanos'>) =>
    ledgers.reduce((so, each) => plus(so, each[book]), NOTHING);
  return {
    nanos: Math.max(...ledgers.map(({ nanos }) => nanos)),
    made: all('made'),
    established: all('established'),
    answered: all('answered'),
    reset: all('reset'),
    refused: all('refused'),
    other: all('other'),
  };
}
