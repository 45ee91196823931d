import { setMaxListeners } from 'node:events';
import { FaultlineError, type Feature } from '../../probe/index.ts';
import type { Names } from '../names.ts';
import type { ApiError } from './api-error.ts';
import { connect, type Target } from './connect.ts';
import { type FollowState, follow } from './follow.ts';
import { RESOURCES, type Resource } from './resources.ts';

export interface WatchOptions extends Target {
  readonly names: Names;
  /** False: a server that is away is no error; it is tried until it answers, and `onState` tells. */
  readonly waitForServer?: boolean;
  /** Gets the state of a kind whenever it changes. */
  readonly onState?: (state: Feature) => void;
}

/** A running watch of a cluster, or of a file. */
export interface ClusterWatch {
  /** One state for each kind: on, off, or read in a fallback way. */
  states(): readonly Feature[];
  /** Ends it and waits until nothing of it runs. */
  stop(): Promise<void>;
}

/**
 * Fills `names` from a Kubernetes API server and keeps them up to date. Resolves when every kind was listed or refused;
 * a kind that may not be read, or that the server does not know, leaves the others alone. Rejects with FL-201
 * (unusable configuration), FL-202 (nothing answers) or FL-203 (nothing may be read).
 */
export async function watchCluster(options: WatchOptions): Promise<ClusterWatch> {
  const { names, onState, waitForServer = true } = options;
  const access = await connect(options);
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const states = new Map<string, Feature>();
  const running: Promise<void>[] = [];
  const firsts = RESOURCES.map(
    (resource) =>
      new Promise<FollowState>((resolve) => {
        const report = (state: FollowState): void => {
          const feature = featureOf(resource, state);
          const old = states.get(resource.plural);
          states.set(resource.plural, feature);
          if (old?.state !== feature.state || old.reason !== feature.reason) onState?.(feature);
          resolve(state);
        };
        running.push(follow(access, resource, names, report, controller.signal));
      }),
  );
  const stop = async (): Promise<void> => {
    controller.abort();
    await Promise.all(running);
  };
  const outcomes = await Promise.all(firsts);
  const errors = outcomes.flatMap((state) => (state.is === 'watching' ? [] : [state.error]));
  if (waitForServer && errors.length === outcomes.length) {
    await stop();
    throw unusable(access.server, errors);
  }
  return { states: () => [...states.values()], stop };
}

function featureOf({ plural, sources, lost }: Resource, state: FollowState): Feature {
  const name = `kubernetes ${plural}`;
  if (state.is !== 'watching') return { name, state: 'off', reason: state.error.message, lost };
  if (state.source === sources[0]) return { name, state: 'on', reason: '', lost: '' };
  return { name, state: 'fallback', reason: `the server has no ${sources[0]!.path}`, lost: '' };
}

function unusable(server: URL, errors: readonly ApiError[]): FaultlineError {
  const refused = errors.find(({ status }) => status === 401 || status === 403);
  if (refused !== undefined) {
    return new FaultlineError(
      'FL-203',
      `the API server ${server.origin} lets nothing be read: ${refused.message}`,
      'Give the account of the kubeconfig the read-only role in deploy/.',
      { cause: refused },
    );
  }
  return new FaultlineError(
    'FL-202',
    `the API server ${server.origin} does not answer: ${errors[0]!.message}`,
    'Check the address and the network, or give the objects in a file with --objects.',
    { cause: errors[0] },
  );
}
