import type { NodeView } from '../read/node.ts';
import { Timeline } from './timeline.ts';

/** Larger than the largest cluster anybody runs. */
const MAX_NODES = 50_000;

/** A node as it was for a time; the object's identity tells one state from another. */
export interface NodeState {
  readonly name: string;
  readonly zone: string | null;
  readonly region: string | null;
}

export class Nodes {
  readonly #states = new Map<string, Timeline<NodeState>>();
  readonly #ips = new Map<string, Timeline<string>>();
  readonly #views = new Map<string, NodeView>();
  #generation = 0;

  /** Changes whenever a node's state may be another. */
  get generation(): number {
    return this.#generation;
  }

  views(): ReadonlyMap<string, NodeView> {
    return this.#views;
  }

  /** False when there is no room for another node. */
  set(view: NodeView, at: number): boolean {
    const { name, zone, region } = view;
    let states = this.#states.get(name);
    if (states === undefined) {
      if (this.#states.size >= MAX_NODES) return false;
      states = new Timeline();
      this.#states.set(name, states);
    }
    this.#views.set(name, view);
    const { latest } = states;
    if (latest === undefined || latest.zone !== zone || latest.region !== region) {
      this.#generation += 1;
      states.set({ name, zone, region }, at);
    }
    for (const ip of view.ips) {
      const names = this.#ips.get(ip) ?? new Timeline<string>();
      if (names.latest !== name) names.set(name, at);
      this.#ips.set(ip, names);
    }
    return true;
  }

  /** The node has left; its facts still name what was seen before. */
  delete(name: string): NodeView | undefined {
    const view = this.#views.get(name);
    this.#views.delete(name);
    return view;
  }

  /** Forgets a node that left, unless one of its name came back. */
  forget(view: NodeView): void {
    if (this.#views.has(view.name)) return;
    this.#generation += 1;
    this.#states.delete(view.name);
    for (const ip of view.ips) if (this.#ips.get(ip)?.latest === view.name) this.#ips.delete(ip);
  }

  /** The states of a node. */
  of(name: string): Timeline<NodeState> | undefined {
    return this.#states.get(name);
  }

  state(name: string, time: number): NodeState | undefined {
    return this.#states.get(name)?.near(time);
  }

  /** The node that had an address. */
  byIp(ip: string, time: number): NodeState | undefined {
    const name = this.#ips.get(ip)?.near(time);
    return name === undefined ? undefined : this.state(name, time);
  }
}
