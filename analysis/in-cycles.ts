import type { Anomaly, EdgeEvidence } from './detect.ts';
import { addedTime, excessOf } from './excess.ts';
import { groupBy } from './group.ts';
import { nodeId } from './keys.ts';
import { type Account, cyclesOf, emptyAccount, sharesInCycle } from './origin/index.ts';

/** Shares of their excess that instances on a cycle of calls keep; who is on none is left out. */
export interface CycleShares {
  readonly latency: ReadonlyMap<string, number>;
  readonly errors: ReadonlyMap<string, number>;
}

/**
 * Cycles are of workloads, accounts of instances. What is outside the cluster stands for many, and closes no cycle.
 */
export function cycleShares(
  edges: readonly EdgeEvidence[],
  anomalies: readonly Anomaly[],
  passed: (anomaly: Anomaly) => number,
): CycleShares {
  const inside = edges.filter(({ key }) => key.client.namespace !== '' && key.server.namespace !== '');
  const callees = groupBy(inside, ({ key }) => nodeId(key.client));
  const calls = new Map([...callees].map(([id, list]) => [id, list.map(({ key }) => nodeId(key.server))]));
  const cycles = cyclesOf(calls);
  const [latency, errors] = [new Accounts(cycles), new Accounts(cycles)];
  if (cycles.size > 0) {
    for (const edge of edges) {
      const answered = (leaf: Leaf): number => leaf.now.requests * addedTime(edge, leaf, 'latency');
      const connected = (leaf: Leaf): number => leaf.now.opened * addedTime(edge, leaf, 'connect');
      latency.exchange(edge, answered, (leaf) => answered(leaf) + connected(leaf));
    }
    for (const anomaly of anomalies) {
      const { edge, baseline } = anomaly;
      const { name } = baseline.measure;
      if (name !== 'errors' && name !== 'connect failures') continue;
      const excess = (leaf: Leaf): number => Math.max(0, excessOf(leaf, anomaly));
      errors.exchange(edge, name === 'errors' ? excess : () => 0, (leaf) => passed(anomaly) * excess(leaf));
    }
  }
  return { latency: latency.shares(), errors: errors.shares() };
}

type Leaf = EdgeEvidence['leaves'][number];
type Cycle = ReadonlySet<string>;

/** The accounts of one kind of excess, cycle by cycle. */
class Accounts {
  readonly #cycles: ReadonlyMap<string, Cycle>;
  readonly #accounts = new Map<Cycle, Map<string, Account>>();

  constructor(cycles: ReadonlyMap<string, Cycle>) {
    this.#cycles = cycles;
  }

  /** Books what leaves of an edge had in excess to who answered, and to who asked. */
  exchange({ key, leaves }: EdgeEvidence, came: (leaf: Leaf) => number, passed = came): void {
    const asked = this.#cycles.get(nodeId(key.client));
    const answered = this.#cycles.get(nodeId(key.server));
    if (asked === undefined && answered === undefined) return;
    const inside = asked === answered;
    for (const leaf of leaves) {
      if (answered !== undefined) {
        const account = this.#of(answered, leaf.serverInstance);
        const excess = Math.max(0, came(leaf));
        account.came += excess;
        if (inside) account.cameInside += excess;
      }
      if (asked !== undefined) {
        const account = this.#of(asked, leaf.clientInstance);
        const excess = passed(leaf);
        account.passed += excess;
        if (inside) account.passedInside += excess;
      }
    }
  }

  shares(): ReadonlyMap<string, number> {
    return new Map([...this.#accounts.values()].flatMap((accounts) => [...sharesInCycle(accounts)]));
  }

  #of(cycle: Cycle, instance: string): Account {
    const accounts = this.#accounts.get(cycle) ?? new Map<string, Account>();
    this.#accounts.set(cycle, accounts);
    const account = accounts.get(instance) ?? emptyAccount();
    accounts.set(instance, account);
    return account;
  }
}
