import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ApiServer, startApiServer } from '../apiserver/index.ts';
import type { Cluster } from './model.ts';
import { describe, type KubeObject } from './objects/index.ts';

/** Keeps the API double and the objects file equal to the world. */
export class Publisher {
  readonly api: ApiServer;
  readonly objectsFile: string;
  readonly kubeconfigFile: string;
  #published = new Map<string, KubeObject>();
  #writing: Promise<void> = Promise.resolve();

  private constructor(api: ApiServer, folder: string) {
    this.api = api;
    this.objectsFile = join(folder, 'objects.json');
    this.kubeconfigFile = join(folder, 'kubeconfig.json');
  }

  static async start(folder: string, port: number): Promise<Publisher> {
    const publisher = new Publisher(await startApiServer({ port }), folder);
    await writeFile(publisher.kubeconfigFile, kubeconfig(publisher.api.url));
    return publisher;
  }

  /** Adds, changes and removes objects until they describe this cluster; unchanged ones stay untouched. */
  async publish(cluster: Cluster): Promise<void> {
    const objects = describe(cluster);
    const wanted = new Map(objects.map((object) => [keyOf(object), object]));
    for (const [key, { kind, metadata }] of this.#published) {
      if (!wanted.has(key)) this.api.remove(kind, metadata.namespace, metadata.name);
    }
    for (const object of objects) this.api.apply(object);
    this.#published = wanted;
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.api.close();
  }

  /** A reader never finds half a file. */
  async #write(): Promise<void> {
    const draft = `${this.objectsFile}.new`;
    await writeFile(draft, `${JSON.stringify(this.api.snapshot())}\n`);
    await rename(draft, this.objectsFile);
  }
}

const keyOf = ({ kind, metadata }: KubeObject): string =>
  `${kind} ${metadata.namespace ?? ''} ${metadata.name}`;

/** A kubeconfig is YAML, of which JSON is a part. */
function kubeconfig(url: string): string {
  const name = 'faultline-world';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}
