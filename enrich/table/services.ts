import type { ServiceView } from '../read/service.ts';
import { Timeline } from './timeline.ts';

/** Ten times what Kubernetes is tested to. */
const MAX_SERVICES = 100_000;

/** `namespace/name`, as slices refer to their service. */
export const serviceKey = ({
  namespace,
  name,
}: {
  readonly namespace: string;
  readonly name: string;
}): string => `${namespace}/${name}`;

/** Services and their addresses through time. Which pods stand behind them is the table of `Members`. */
export class Services {
  readonly #states = new Map<string, Timeline<ServiceView | null>>();
  readonly #byIp = new Map<string, Set<string>>();
  readonly #byNodePort = new Map<number, Set<string>>();

  *views(): Iterable<ServiceView> {
    for (const { latest } of this.#states.values()) if (latest) yield latest;
  }

  latest(key: string): ServiceView | null {
    return this.#states.get(key)?.latest ?? null;
  }

  at(key: string, time: number): ServiceView | null {
    return this.#states.get(key)?.at(time) ?? null;
  }

  /** False when there is no room for another service. */
  set(view: ServiceView, at: number): boolean {
    const key = serviceKey(view);
    const states = this.#states.get(key) ?? new Timeline<ServiceView | null>();
    if (!this.#states.has(key) && this.#states.size >= MAX_SERVICES) return false;
    this.#states.set(key, states);
    states.set(view, at);
    for (const ip of [...view.clusterIps, ...view.sharedIps]) index(this.#byIp, ip, key);
    for (const port of view.nodePorts) index(this.#byNodePort, port, key);
    return true;
  }

  delete(key: string, at: number): void {
    this.#states.get(key)?.set(null, at);
  }

  forget(view: ServiceView): void {
    const key = serviceKey(view);
    if (this.latest(key) !== null) return;
    this.#states.delete(key);
    for (const ip of [...view.clusterIps, ...view.sharedIps]) unindex(this.#byIp, ip, key);
    for (const port of view.nodePorts) unindex(this.#byNodePort, port, key);
  }

  /** Services an address and port could mean at a time: one, or what cannot be told apart. */
  byAddress(ip: string, port: number, time: number): readonly ServiceView[] {
    const found = this.#held(this.#byIp.get(ip), time).filter(
      ({ clusterIps, sharedIps }) => clusterIps.includes(ip) || sharedIps.includes(ip),
    );
    const exact = found.filter(({ ports }) => ports.includes(port));
    if (exact.length > 0) return exact;
    // A cluster IP is the service's own, whatever the port; a shared address without the port is nobody's.
    return found.filter(({ clusterIps }) => clusterIps.includes(ip));
  }

  byNodePort(port: number, time: number): readonly ServiceView[] {
    return this.#held(this.#byNodePort.get(port), time).filter(({ nodePorts }) => nodePorts.includes(port));
  }

  #held(keys: Iterable<string> | undefined, time: number): readonly ServiceView[] {
    if (keys === undefined) return [];
    return [...keys].flatMap((key) => this.at(key, time) ?? []);
  }
}

function index<K>(map: Map<K, Set<string>>, key: K, value: string): void {
  const values = map.get(key) ?? new Set();
  map.set(key, values.add(value));
}

function unindex<K>(map: Map<K, Set<string>>, key: K, value: string): void {
  const values = map.get(key);
  values?.delete(value);
  if (values?.size === 0) map.delete(key);
}
