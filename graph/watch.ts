import type { Endpoint } from '../enrich/index.ts';
import type { Flow } from '../probe/index.ts';
import { windowOf } from './count.ts';
import { type End, failedToOpen } from './end.ts';
import { type CoverageRow, WINDOW_MICROS } from './types.ts';

/** What a tick says about the probe. */
export interface TickInfo {
  /** Connections lost for good since the probe started (`ProbeCounters.lost`); a smaller number is a new probe. */
  readonly lost: number;
  /** How much of the requests the probe reads now: `CoverageRow.level`; all of it (0) where it does not say. */
  readonly level?: number;
  /** Nodes the cluster has. */
  readonly expectedNodes: readonly string[];
  /** The probe's own node: its Kubernetes name, else the machine's. */
  readonly probeNode: string;
}

/** Nodes one probe may see; ends on more are counted at the probe's own. */
const MAX_NODES = 5_000;

interface Growing {
  seen: number;
  ends: number;
  unresolved: number;
}

/** Counts what was seen, lost and left without a name, per node and window. */
export interface Watch {
  count(end: End, flow: Flow, local: Endpoint, remote: Endpoint): void;
  /** Connections that were seen and then could not be kept. */
  lose(connections: number): void;
  /** What came since the last drain; in each window at least one row per watched node, and one per unwatched. */
  drain(now: number, info: TickInfo): CoverageRow[];
}

export function createWatch(): Watch {
  /** Node `''`: not known, the probe's own. */
  let growing = new Map<number, Map<string, Growing>>();
  const watched = new Set<string>();
  const written = new Map<string, number>();
  let lostBefore = 0;
  let dropped = 0;

  const at = (window: number, tag: string | undefined): Growing => {
    const node = tag !== undefined && (watched.has(tag) || watched.size < MAX_NODES) ? tag : '';
    if (node !== '') watched.add(node);
    const nodes = growing.get(window) ?? new Map<string, Growing>();
    growing.set(window, nodes);
    const row = nodes.get(node) ?? { seen: 0, ends: 0, unresolved: 0 };
    nodes.set(node, row);
    return row;
  };

  const takeLost = (lost: number): number => {
    const since = (lost >= lostBefore ? lost - lostBefore : lost) + dropped;
    lostBefore = lost;
    dropped = 0;
    return since;
  };

  return {
    count(end, flow, local, remote) {
      const window = windowOf(flow);
      const row = at(window, local.tags.node);
      const connections = flow.brief?.connections ?? 1;
      if (flow.opened > 0 || failedToOpen(flow)) row.seen += connections;
      if (end.countedWindow === window) return;
      end.countedWindow = window;
      // The other end counts itself where it was seen.
      for (const { resolution } of end.peer === null ? [local, remote] : [local]) {
        row.ends += connections;
        if (resolution === 'unresolved') row.unresolved += connections;
      }
    },
    lose(connections) {
      dropped += connections;
    },
    drain(now, { lost, level = 0, expectedNodes, probeNode }) {
      const current = Math.floor(now / WINDOW_MICROS) * WINDOW_MICROS;
      const rows = [...growing].flatMap(([window, nodes]) =>
        [...nodes].map(([node, counts]) => ({
          window,
          node: node || probeNode,
          reporting: true,
          lost: 0,
          level,
          ...counts,
        })),
      );
      growing = new Map();
      const quiet = (node: string, reporting: boolean, lost = 0): CoverageRow => {
        written.set(node, current);
        return { window: current, node, reporting, seen: 0, lost, ends: 0, unresolved: 0, level };
      };
      const due = (node: string) => written.get(node) !== current;
      const lostNow = takeLost(lost);
      // A probe that sees only the nodes it imitates or was pointed at is not one more node.
      const isNode = expectedNodes.includes(probeNode) || watched.has(probeNode) || watched.size === 0;
      if (lostNow > 0 || (isNode && due(probeNode))) rows.push(quiet(probeNode, true, lostNow));
      for (const node of watched) if (due(node)) rows.push(quiet(node, true));
      for (const node of expectedNodes) if (due(node)) rows.push(quiet(node, false));
      return rows;
    },
  };
}
