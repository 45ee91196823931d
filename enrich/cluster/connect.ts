import { FaultlineError } from '../../probe/index.ts';
import type { Access } from './request.ts';

export interface Target {
  /** Path of a kubeconfig file. Without it and `server`: KUBECONFIG, ~/.kube/config, or the pod's own account. */
  readonly kubeconfig?: string;
  /** URL of a server that wants no credentials (kubectl proxy, a test double). */
  readonly server?: string;
}

/** Reads where the API server is and how it is talked to. Throws FL-201 when the configuration cannot be used. */
export async function connect({ kubeconfig, server }: Target): Promise<Access> {
  // More than a second to load: only who watches a cluster pays for it.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    if (server !== undefined) config.loadFromClusterAndUser(clusterOf(server), { name: 'anonymous' });
    else if (kubeconfig !== undefined) config.loadFromFile(kubeconfig);
    else config.loadFromDefault();
    // The library refuses plain HTTP unless it is told that there is no certificate to verify.
    config.clusters = config.clusters.map((cluster) =>
      cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
    );
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new Error('it names no current cluster');
    const url = new URL(cluster.server);
    return { server: url, authorize: (options) => config.applyToHTTPSOptions(options) };
  } catch (error) {
    const what = kubeconfig ?? server ?? 'the default kubeconfig';
    throw new FaultlineError(
      'FL-201',
      `${what} does not tell how to reach a cluster: ${error instanceof Error ? error.message : String(error)}`,
      'Check the path, and that `kubectl --kubeconfig FILE get pods` works with it.',
      { cause: error },
    );
  }
}

const clusterOf = (server: string) => ({ name: 'cluster', server, skipTLSVerify: true });
