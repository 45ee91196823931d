import type { ServiceView } from '../read/service.ts';
import { Timeline } from './timeline.ts';

/** Ten times what Kubernetes is tested to. */
const MAX_SERVICES = 100_000;

/** Services and their addresses through time. Which pods stand behind them is the table of `Members`. */
export class Services {
  readonly #states = new Map<string, Timeline<ServiceView | null>>();
  readonly #byIp = new Map<string, Set<string>>();
  readonly #byNodePort = new Map<number, Set<string>>();

  *views(): Iterable<ServiceView> {
    for (const { latest } of this.#states.values()) if (latest) yield latest;
  }

  latest(ref: string): ServiceView | null {
    return this.#states.get(ref)?.latest ?? null;
  }

  at(ref: string, time: number): ServiceView | null {
    return this.#states.get(ref)?.at(time) ?? null;
  }

  /** False when there is no room for another service. */
  set(view: ServiceView, at: number): boolean {
    const { ref } = view;
    const states = this.#states.get(ref) ?? new Timeline<ServiceView | null>();
    if (!this.#states.has(ref) && this.#states.size >= MAX_SERVICES) return false;
    this.#states.set(ref, states);
    states.set(view, at);
    for (const ip of [...view.clusterIps, ...view.sharedIps]) index(this.#byIp, ip, ref);
    for (const port of view.nodePorts) index(this.#byNodePort, port, ref);
    return true;
  }

  delete(ref: string, at: number): void {
    this.#states.get(ref)?.set(null, at);
  }

  forget(view: ServiceView): void {
    const { ref } = view;
    if (this.latest(ref) !== null) return;
    this.#states.delete(ref);
    for (const ip of [...view.clusterIps, ...view.sharedIps]) unindex(this.#byIp, ip, ref);
    for (const port of view.nodePorts) unindex(this.#byNodePort, port, ref);
  }

  /** Services an address and port could mean at a time: one, or what cannot be told apart. */
  byAddress(ip: string, port: number, time: number): readonly ServiceView[] {
    const refs = this.#byIp.get(ip);
    if (refs === undefined) return NONE;
    const own: ServiceView[] = [];
    const exact: ServiceView[] = [];
    for (const ref of refs) {
      const view = this.at(ref, time);
      if (view === null) continue;
      // A cluster IP is the service's own, whatever the port; a shared address without the port is nobody's.
      const isOwn = view.clusterIps.includes(ip);
      if (isOwn) own.push(view);
      if (view.ports.includes(port) && (isOwn || view.sharedIps.includes(ip))) exact.push(view);
    }
    return exact.length > 0 ? exact : own;
  }

  byNodePort(port: number, time: number): readonly ServiceView[] {
    const refs = this.#byNodePort.get(port);
    if (refs === undefined) return NONE;
    return [...refs].flatMap((ref) => {
      const view = this.at(ref, time);
      return view?.nodePorts.includes(port) ? [view] : [];
    });
  }
}

const NONE: readonly never[] = Object.freeze([]);

function index<K>(map: Map<K, Set<string>>, key: K, value: string): void {
  const values = map.get(key) ?? new Set();
  map.set(key, values.add(value));
}

function unindex<K>(map: Map<K, Set<string>>, key: K, value: string): void {
  const values = map.get(key);
  values?.delete(value);
  if (values?.size === 0) map.delete(key);
}
