import type { SliceView } from '../read/service.ts';
import { Timeline } from './timeline.ts';

/** 100 endpoints to a slice: room for more members than `Pods` has room for. */
const MAX_SLICES = 200_000;

/** A service a pod belongs to, and the ports of the pod it leads to. */
export interface Membership {
  /** `namespace/name` of the service. */
  readonly service: string;
  readonly name: string;
  readonly ports: readonly number[];
}

/** Which pods (by uid) and which addresses of no pod stand behind which service at which time. */
export class Members {
  readonly #slices = new Map<string, SliceView>();
  readonly #byService = new Map<string, Timeline<readonly SliceView[]>>();
  /** Slices that name a member, by slice. */
  readonly #naming = new Map<string, Map<string, SliceView>>();
  readonly #byMember = new Map<string, Timeline<readonly Membership[]>>();
  #generation = 0;

  /**
   * Puts a slice in the place of the one with its key. `leaving` tells pods on their way out: they leave the slice
   * before their last connections end, and keep their services. False when there is no room for another slice.
   */
  set(view: SliceView, at: number, leaving: (pod: string) => boolean): boolean {
    if (!this.#slices.has(view.key) && this.#slices.size >= MAX_SLICES) return false;
    this.#replace(view.key, view, at, leaving);
    return true;
  }

  /** False when there was none. */
  delete(key: string, at: number, leaving: (pod: string) => boolean): boolean {
    if (!this.#slices.has(key)) return false;
    this.#replace(key, undefined, at, leaving);
    return true;
  }

  get(key: string): SliceView | undefined {
    return this.#slices.get(key);
  }

  /** The slices of a service at a time. The array is the same while nothing changed. */
  slices(service: string, time: number): readonly SliceView[] {
    return this.#byService.get(service)?.at(time) ?? NONE;
  }

  latest(service: string): readonly SliceView[] {
    return this.#byService.get(service)?.latest ?? NONE;
  }

  /** Changes whenever a membership may be another. */
  get generation(): number {
    return this.#generation;
  }

  /** Services of a pod uid, or of an address that is no pod's; sorted by name. */
  of(member: string): Timeline<readonly Membership[]> | undefined {
    return this.#byMember.get(member);
  }

  forgetMember(member: string): void {
    if (this.#naming.has(member)) return;
    this.#generation += 1;
    this.#byMember.delete(member);
  }

  forgetService(service: string): void {
    if (this.latest(service).length === 0) this.#byService.delete(service);
  }

  #replace(key: string, view: SliceView | undefined, at: number, leaving: (pod: string) => boolean): void {
    const old = this.#slices.get(key);
    if (view === undefined) this.#slices.delete(key);
    else this.#slices.set(key, view);
    for (const service of new Set([old?.service, view?.service])) {
      if (!service) continue;
      const others = this.latest(service).filter((slice) => slice.key !== key);
      const timeline = this.#byService.get(service) ?? new Timeline();
      timeline.set(view?.service === service ? [...others, view] : others, at);
      this.#byService.set(service, timeline);
    }
    const before = membersOf(old);
    const after = membersOf(view);
    for (const member of after) this.#name(member, key, view!);
    for (const member of before) if (!after.has(member)) this.#unname(member, key);
    const same = old?.service === view?.service && String(old?.ports) === String(view?.ports);
    for (const member of new Set([...before, ...after])) {
      if (same && before.has(member) && after.has(member)) continue;
      if (after.has(member) || !leaving(member)) this.#update(member, at);
    }
  }

  #name(member: string, key: string, view: SliceView): void {
    const naming = this.#naming.get(member) ?? new Map<string, SliceView>();
    this.#naming.set(member, naming.set(key, view));
  }

  #unname(member: string, key: string): void {
    const naming = this.#naming.get(member);
    naming?.delete(key);
    if (naming?.size === 0) this.#naming.delete(member);
  }

  #update(member: string, at: number): void {
    const ports = new Map<string, Set<number>>();
    for (const { service, ports: more } of this.#naming.get(member)?.values() ?? []) {
      if (service !== null) ports.set(service, new Set([...(ports.get(service) ?? []), ...more]));
    }
    const sorted = [...ports].sort(([a], [b]) => (a < b ? -1 : 1));
    const timeline = this.#byMember.get(member) ?? new Timeline();
    timeline.set(
      sorted.map(([service, of]) => ({ service, name: nameOf(service), ports: [...of] })),
      at,
    );
    this.#byMember.set(member, timeline);
    this.#generation += 1;
  }
}

const nameOf = (service: string): string => service.slice(service.indexOf('/') + 1);

/** A pod counts as itself, not by its address, which another pod may have next. */
export function membersOf(slice: SliceView | undefined): ReadonlySet<string> {
  return new Set(slice?.members.flatMap(({ pod, ips }) => (pod === null ? ips : [pod])) ?? []);
}

const NONE: readonly never[] = Object.freeze([]);
