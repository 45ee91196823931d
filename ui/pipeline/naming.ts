import { existsSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { type ClusterWatch, Names, watchCluster, watchObjects } from '../../enrich/index.ts';
import { FaultlineError, type Feature } from '../../probe/index.ts';

/** Where names come from. */
export type ClusterSource =
  | { readonly kind: 'api'; readonly kubeconfig?: string; readonly server?: string }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'none' };

/** Names that are being kept up to date. */
export interface Naming {
  readonly names: Names;
  readonly states: () => readonly Feature[];
  readonly stop: () => Promise<void>;
}

/** Name of this node: Kubernetes tells it in NODE_NAME (downward API), the machine else. */
export function nodeOfThisMachine(): string {
  return process.env.NODE_NAME || hostname();
}

/**
 * Begins to read the cluster's objects and resolves when each kind was read or cannot be. A cluster that is away is no
 * error: `warn` is told, ends are named by process meanwhile, and it is tried until it answers.
 * @throws FaultlineError FL-2xx for a configuration or file that cannot be used
 */
export async function startNaming(source: ClusterSource, warn: (line: string) => void): Promise<Naming> {
  const names = new Names({ node: nodeOfThisMachine() });
  const watch = await startWatch(source, names, warn);
  return { names, states: () => watch?.states() ?? [], stop: async () => watch?.stop() };
}

async function startWatch(
  source: ClusterSource,
  names: Names,
  warn: (line: string) => void,
): Promise<ClusterWatch | null> {
  // Until everything was tried once, single kinds are no news: they are told together.
  let started = false;
  const onState = (feature: Feature): void => {
    if (started) warn(change(feature));
  };
  switch (source.kind) {
    case 'none':
      return null;
    case 'file':
      return watchObjects(source.file, names, { onState });
    case 'api': {
      const { kind: _, ...target } = source;
      const watch = await watchCluster({ ...target, names, waitForServer: false, onState });
      started = true;
      const off = watch.states().filter(({ state }) => state === 'off');
      if (off.length > 0) warn(degraded(off, watch.states().length));
      return watch;
    }
  }
}

function degraded(off: readonly Feature[], all: number): string {
  const reason = off[0]!.reason;
  if (off.length === all) {
    return `FL-202: The cluster does not answer (${reason}). Ends are named by process until it does; it is tried again.`;
  }
  const kinds = off.map(({ name }) => name.replace('kubernetes ', '')).join(', ');
  return `FL-203: The cluster does not let ${kinds} be read (${reason}). What is lost: ${off.map(({ lost }) => lost).join('; ')}.`;
}

function change({ name, state, reason, lost }: Feature): string {
  if (state === 'on') return `${name}: on`;
  return `FL-202: ${name} is ${state}: ${reason}. What is lost: ${lost}.`;
}

/**
 * The cluster kubectl would talk to, if there is one: otherwise a machine without a cluster would be told so at every
 * start.
 */
export function defaultSource(): ClusterSource {
  const inCluster = existsSync('/var/run/secrets/kubernetes.io/serviceaccount/token');
  const configured = process.env.KUBECONFIG !== undefined || existsSync(join(homedir(), '.kube', 'config'));
  return inCluster || configured ? { kind: 'api' } : { kind: 'none' };
}

/** @throws FaultlineError FL-606 when more than one source is named */
export function sourceOf(options: {
  readonly kubeconfig: string | undefined;
  readonly server: string | undefined;
  readonly objects: string | undefined;
}): ClusterSource {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  if (given.length > 1) {
    const names = given.map(([name]) => `--${name}`).join(' and ');
    throw new FaultlineError(
      'FL-606',
      `${names} exclude each other.`,
      'Names come from one place: choose one.',
    );
  }
  const { kubeconfig, server, objects } = options;
  if (objects !== undefined) return { kind: 'file', file: objects };
  if (server !== undefined) return { kind: 'api', server };
  if (kubeconfig !== undefined) return { kind: 'api', kubeconfig };
  return defaultSource();
}
