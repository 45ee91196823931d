import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { apiVersion, RESOURCES } from './kinds.ts';

/** A Kubernetes object as a caller writes it: the server fills in what is missing of its metadata. */
export interface ObjectInput {
  readonly kind: string;
  readonly apiVersion?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** A stored object; never changed in place, so a reader may keep it. */
export interface StoredObject extends ObjectInput {
  readonly apiVersion: string;
  readonly metadata: ObjectInput['metadata'] & {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
  };
}

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly object: StoredObject;
}

/** Events kept for watches that go on from an older resourceVersion; what is older answers 410. */
const MAX_LOG = 20_000;

/** The objects, one resourceVersion counter for all kinds as etcd has it, and the log of what changed. */
export class ObjectStore {
  readonly #objects = new Map<string, StoredObject>();
  readonly #emitter = new EventEmitter().setMaxListeners(0);
  #log: StoreEvent[] = [];
  #version = 1;
  /** Watches and page tokens older than this are refused. */
  #floor = 0;

  get version(): number {
    return this.#version;
  }

  /** Creates or replaces an object; an object equal to the stored one changes nothing. */
  apply(input: ObjectInput): StoredObject {
    const resource = RESOURCES.find(({ kind }) => kind === input.kind);
    if (resource === undefined) throw new RangeError(`this API server does not know the kind ${input.kind}`);
    const namespace = resource.namespaced ? (input.metadata.namespace ?? 'default') : undefined;
    const key = keyOf(input.kind, namespace, input.metadata.name);
    const old = this.#objects.get(key);
    const copy = structuredClone(input);
    const { namespace: _, ...metadata } = copy.metadata;
    const draft = {
      ...copy,
      apiVersion: copy.apiVersion ?? apiVersion(resource),
      metadata: {
        uid: old?.metadata.uid ?? randomUUID(),
        creationTimestamp: old?.metadata.creationTimestamp ?? timestamp(),
        ...metadata,
        ...(namespace === undefined ? {} : { namespace }),
        resourceVersion: old?.metadata.resourceVersion ?? '',
      },
    };
    if (old !== undefined && isDeepStrictEqual(old, draft)) return old;
    const object = this.#stamp(draft);
    this.#objects.set(key, object);
    this.#emit(old === undefined ? 'ADDED' : 'MODIFIED', object);
    return object;
  }

  /** Removes an object; watchers get its last state with a new resourceVersion. False when there was none. */
  remove(kind: string, namespace: string | undefined, name: string): boolean {
    const resource = RESOURCES.find((known) => known.kind === kind);
    const key = keyOf(kind, resource?.namespaced === false ? undefined : (namespace ?? 'default'), name);
    const old = this.#objects.get(key);
    if (old === undefined) return false;
    this.#objects.delete(key);
    this.#emit('DELETED', this.#stamp(old));
    return true;
  }

  /** Objects of a kind, or of all kinds, in the order of etcd's keys (namespace, then name). */
  list(kind?: string, namespace: string | null = null): readonly StoredObject[] {
    const found: [key: string, object: StoredObject][] = [];
    for (const entry of this.#objects) {
      const [, object] = entry;
      if (kind !== undefined && object.kind !== kind) continue;
      if (namespace !== null && object.metadata.namespace !== namespace) continue;
      found.push(entry);
    }
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** What changed after a resourceVersion, or `null` when that is too old to tell. */
  since(version: number): readonly StoreEvent[] | null {
    if (version < this.#floor) return null;
    return this.#log.filter((event) => event.version > version);
  }

  /** Forgets the log, as a compacted etcd does: every older resourceVersion is refused from now on. */
  expire(): void {
    this.#version += 1;
    this.#floor = this.#version;
    this.#log = [];
    this.#emitter.emit('expired');
  }

  onEvent(listener: (event: StoreEvent) => void): () => void {
    this.#emitter.on('event', listener);
    return () => this.#emitter.off('event', listener);
  }

  onExpired(listener: () => void): () => void {
    this.#emitter.on('expired', listener);
    return () => this.#emitter.off('expired', listener);
  }

  #stamp(object: StoredObject): StoredObject {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
  }

  #emit(type: StoreEvent['type'], object: StoredObject): void {
    const event = { type, version: this.#version, object };
    this.#log.push(event);
    if (this.#log.length > MAX_LOG) {
      const dropped = this.#log.splice(0, MAX_LOG / 2);
      this.#floor = dropped[dropped.length - 1]!.version;
    }
    this.#emitter.emit('event', event);
  }
}

const keyOf = (kind: string, namespace: string | undefined, name: string): string =>
  `${kind}/${namespace ?? ''}/${name}`;

/** Kubernetes times have whole seconds. */
const timestamp = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
